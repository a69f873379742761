import { type Contract } from '../contracts/contract'
import type { Scope } from '../contracts/dimensions'
import { randomDigits } from '../core/id'
import { addSeconds } from '../core/instant'
import { Problem } from '../core/problem'
import { Secret } from '../core/secret'
import type { ApiKeyStore } from './api-key'
import type { ApiKeyPrincipal } from './authenticate'
import { makerOf } from './portal-principal'
import { codeOf, idOfCode, portalHash, type PortalSession, type PortalSessionStore, tokenOf } from './portal-session'

// A platform makes a portal session with its API key, and the page gets its token for the code in the link, once.

export interface PortalSettings {
  /** Where the page is served, and where alone a code is exchanged. */
  readonly origin: string
  /** Origins of a platform's pages that may frame the page. */
  readonly embedOrigins: readonly string[]
  /** Origins that a page may lead back to. */
  readonly returnOrigins: readonly string[]
}

export interface PortalSessionDeps {
  readonly sessions: PortalSessionStore
  readonly apiKeys: Pick<ApiKeyStore, 'find'>
  readonly settings: PortalSettings
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
}

export interface NewPortalSession extends Pick<
  PortalSession,
  | 'subject'
  | 'displayName'
  | 'scopes'
  | 'endpointIds'
  | 'parentOrigins'
  | 'authenticatedAt'
  | 'returnUrl'
  | 'locale'
  | 'theme'
> {
  readonly contract: Contract
  readonly maker: ApiKeyPrincipal
  readonly tenantId: string
  readonly expiresInSeconds: number
}

export interface MadePortalSession {
  readonly session: PortalSession
  /** Opens the page. Its fragment, which no server sees, is the code. */
  readonly url: Secret
}

/** Whoever has the link in a mailbox or a log later has nothing. */
const codeSeconds = 5 * 60
/** How long a repeat whose reply was lost gets the same token. */
const repeatSeconds = 60
const idCharacters = '0123456789abcdefghijklmnopqrstuvwxyz'
const placeLength = 24

/**
 * A new portal session, which can do nothing that its maker cannot, and does not outlive it.
 * @throws {Problem} `permission-denied` naming the scope that its maker has no permission for
 */
export async function makePortalSession(
  { sessions, settings, now, randomBytes }: PortalSessionDeps,
  { contract, maker, expiresInSeconds, ...asked }: NewPortalSession,
): Promise<MadePortalSession> {
  assertMayGive(contract, maker, asked.scopes)
  const createdAt = now()
  const latest = addSeconds(createdAt, expiresInSeconds)
  const id = `ps_${randomDigits(idCharacters, placeLength, randomBytes)}`
  const code = codeOf(id, randomBytes(32))
  const session: PortalSession = {
    ...asked,
    id,
    via: { id: maker.id, sha256: maker.sha256 },
    createdAt,
    expiresAt: maker.expiresAt !== null && maker.expiresAt < latest ? maker.expiresAt : latest,
    codeSha256: portalHash(code),
    exchange: null,
  }
  await sessions.create(session)
  const path = asked.parentOrigins.length === 0 ? '/portal' : '/portal/embed'
  return { session, url: new Secret(`${settings.origin}${path}#${code}`) }
}

function assertMayGive({ credentials }: Contract, { permissions }: ApiKeyPrincipal, scopes: readonly Scope[]): void {
  const { portalScopes } = credentials
  for (const scope of scopes) {
    const needed = portalScopes?.[scope] ?? ''
    if (permissions.includes(needed)) continue
    throw new Problem(
      'permission-denied',
      `The API key lacks the permission ${needed}, so it cannot give the scope ${scope}.`,
    )
  }
}

/**
 * The session that a code is for, which stays as it is: a person sees whose it is before going on.
 * @throws {Problem} `invalid-token`
 */
export async function describePortalSession(
  deps: PortalSessionDeps,
  contract: Contract,
  code: string,
): Promise<PortalSession> {
  const session = await sessionOf(deps, contract, code)
  if (session.exchange === null && deps.now() < codeEnd(session)) return session
  throw invalidCode()
}

export interface ExchangedSession {
  readonly session: PortalSession
  readonly token: Secret
}

/**
 * The token for a code. The first nonce is the only one; its repeat gets the same token for a minute.
 * @throws {Problem} `invalid-token`, the same for every code that is not good
 */
export async function exchangePortalSession(
  deps: PortalSessionDeps,
  contract: Contract,
  { code, nonce }: { readonly code: string; readonly nonce: string },
): Promise<ExchangedSession> {
  const { sessions, now } = deps
  const asked = await sessionOf(deps, contract, code)
  const token = tokenOf(asked.id, code, nonce)
  const at = now()
  if (asked.exchange === null && codeEnd(asked) <= at) throw invalidCode()
  const exchange = { nonceSha256: portalHash(nonce), tokenSha256: portalHash(token), at }
  const session = asked.exchange === null ? await sessions.exchange(asked.id, exchange) : asked
  const first = session?.exchange ?? null
  if (session === null || first?.nonceSha256 !== exchange.nonceSha256) throw invalidCode()
  if (addSeconds(first.at, repeatSeconds) <= at) throw invalidCode()
  return { session, token: new Secret(token) }
}

/** @throws {Problem} `invalid-token` */
async function sessionOf(deps: PortalSessionDeps, contract: Contract, code: string): Promise<PortalSession> {
  const id = idOfCode(code)
  const session = id === null ? null : await deps.sessions.findLive(id)
  if (session === null || session.codeSha256 !== portalHash(code)) throw invalidCode()
  if (session.expiresAt <= deps.now() || (await makerOf(deps, contract, session)) === null) throw invalidCode()
  return session
}

function codeEnd({ createdAt }: PortalSession): Date {
  return addSeconds(createdAt, codeSeconds)
}

function invalidCode(): Problem {
  return new Problem('invalid-token', 'The link is not valid any more: it works once, and for five minutes.')
}
