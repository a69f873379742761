import type { FollowedConfig } from '../config/load'
import { keyturnClient, KeyturnError } from '../src/client'
import { ownBasePath } from '../src/contracts/routes'
import { localSessions } from './function-environment'
import type { GatewayReply } from './gateway-reply'
import type { LocalDescription } from './local-description'
import { parentPath } from './portal-parent'
import type { SeedContract } from './seed-plan'
import type { SessionIssuer } from './session-issuer'

// Links that open the portal of a local run, as often as they are followed: a session's own link works once.

/** Before the contract's name. */
export const portalLinkPath = '/_portal'

export interface PortalLink {
  readonly path: string
  readonly open: () => Promise<string>
}

export interface PortalLinksOptions {
  readonly local: LocalDescription
  readonly issuer: SessionIssuer
  /** Their sessions are the issuer's. */
  readonly seeds: readonly SeedContract[]
  readonly now: () => Date
}

/** One for each contract's tenant; of those with dashboard sessions, each role's in the frame of a platform's page besides. */
export function portalLinks({ local, issuer, seeds, now }: PortalLinksOptions): readonly PortalLink[] {
  const baseUrl = local.api + ownBasePath(seeds)
  const client = keyturnClient({ baseUrl, credential: local.contracts.keyturn.platformApiKey })
  return seeds.flatMap(({ contract, tenantId, sessions }) => {
    const path = `${portalLinkPath}/${contract.name}`
    const asked = {
      subject: 'local-admin',
      displayName: 'Local admin',
      scopes: ['read', 'rotate', 'write', 'test'],
    } as const
    const open = async (): Promise<string> => {
      const body = { ...asked, authenticatedAt: now().toISOString() }
      return (await client.createPortalSession(body, { tenantId })).url
    }
    const framed = Object.values(sessions).map(role => ({
      path: `${path}/${role}`,
      open: async () => {
        const session = { issuer: local.aws, subject: `local-${role}`, role, tenantId, signedInAt: now() }
        return `${local.aws}${parentPath}#${await issuer.issue(session)}`
      },
    }))
    return [{ path, open }, ...framed]
  })
}

/** Leads a browser on. What went wrong is said in plain text. */
export async function followed({ open }: PortalLink): Promise<GatewayReply> {
  const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  try {
    return { status: 303, headers: { ...headers, location: await open() }, body: Buffer.alloc(0) }
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error
    const text = `${error.message}\nA data folder from before there was a portal has no key for it: npm start -- --fresh\n`
    return {
      status: 502,
      headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
      body: Buffer.from(text),
    }
  }
}

/** The seeds whose sessions the local run's own issuer makes: where the configuration has another, there are none. */
export function withOwnSessions(
  seeds: readonly SeedContract[],
  settings: FollowedConfig['settings'],
): readonly SeedContract[] {
  return localSessions(settings) === null ? seeds : seeds.map(seed => ({ ...seed, sessions: {} }))
}
