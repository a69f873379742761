import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../package.json'
import { type AccessDeps } from '../src/access/authenticate'
import { invalidToken } from '../src/access/credential'
import type { PortalSettings } from '../src/access/manage-portal-sessions'
import { useNoter } from '../src/access/note-use'
import type { SessionSettings } from '../src/access/sessions'
import { eventBridgeClient, kmsClient, secretsManagerClient } from '../src/aws/clients'
import { knownApiKeys } from '../src/aws/dynamo-api-key-store'
import { dynamoAuditLog } from '../src/aws/dynamo-audit-log'
import { livePortalSessions } from '../src/aws/dynamo-portal-session-store'
import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import { dynamoRotationHealth } from '../src/aws/dynamo-health-store'
import { eventBridgeBus } from '../src/aws/event-bridge-bus'
import { kmsSealer } from '../src/aws/kms-sealer'
import { secretsManagerMirror } from '../src/aws/secrets-manager-mirror'
import type { Table } from '../src/aws/table'
import { type Mount, mountsFile } from '../src/contracts/routes'
import { jsonLog, type Log } from '../src/core/log'
import type { ApiSettings } from '../src/http/request'
import type { RingDeps } from '../src/http/uses/ring'
import { withoutMirrors } from '../src/rotation/mirror'
import type { EndpointStore } from '../src/rotation/ports'
import type { PolicyDeps } from '../src/rotation/settle-policy'
import type { AccessEnvironment, HttpEnvironment, SettlingEnvironment } from './environment'

// The adapters that the functions share. What one function alone needs stands in its own file or its own wiring, so that
// no other function's bundle brings it.

/** The mounted contracts. They were checked when they were put beside the bundle. */
export function readMounts(folder: string): readonly Mount[] {
  return JSON.parse(readFileSync(join(folder, mountsFile), 'utf8')) as Mount[]
}

/** A log on standard output, which Lambda sends to CloudWatch line by line. */
export function logOf({ LOG_LEVEL }: Pick<HttpEnvironment, 'LOG_LEVEL'>): Log {
  const write = (line: string): void => void process.stdout.write(`${line}\n`)
  return jsonLog({ level: LOG_LEVEL, now: () => new Date(), write })
}

export function apiSettings(environment: HttpEnvironment, mounts: readonly Mount[]): ApiSettings {
  return {
    contracts: mounts.map(mount => mount.contract),
    stage: environment.STAGE,
    mirror: environment.MIRROR,
    mirrorReaders: environment.MIRROR_READERS?.split(','),
    mostEndpoints: environment.ENDPOINTS_PER_TENANT,
    insecureTargets: environment.INSECURE_TARGETS === 'on',
    release: version,
  }
}

const now = (): Date => new Date()

/** Tells callers by API keys, which are in the table, and by sessions where the deployment has an issuer. */
export function accessDeps(environment: HttpEnvironment, table: Table): AccessDeps {
  const apiKeys = knownApiKeys(table, now)
  const noteUse = useNoter({ apiKeys, now, timeout: sharedTimeout, log: logOf(environment) })
  const { PORTAL_ORIGIN: origin } = environment
  const portal = origin === undefined ? null : { origin, sessions: livePortalSessions(table) }
  return { apiKeys, noteUse, verifySession: sessionsOf(environment), portal, now }
}

/** What the deployment says of its portal; null: it has none. */
export function portalSettings(environment: AccessEnvironment): PortalSettings | null {
  const { PORTAL_ORIGIN: origin, PORTAL_EMBED_ORIGINS: framing, PORTAL_RETURN_ORIGINS: returning } = environment
  if (origin === undefined) return null
  return { origin, embedOrigins: framing?.split(',') ?? [], returnOrigins: returning?.split(',') ?? [] }
}

/** Without an issuer no session is valid. @throws {TypeError} when only some of the issuer's variables are set */
function sessionsOf(environment: HttpEnvironment): AccessDeps['verifySession'] {
  const { SESSION_ISSUER: issuer, SESSION_AUDIENCE: audience, SESSION_JWKS_URL: jwksUrl } = environment
  const { SESSION_ROLE_CLAIM: roleClaim, SESSION_TENANT_CLAIM: tenantClaim } = environment
  if (issuer === undefined && audience === undefined && jwksUrl === undefined) {
    return () => Promise.reject(invalidToken())
  }
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) {
    throw new TypeError('environment: SESSION_ISSUER, SESSION_AUDIENCE and SESSION_JWKS_URL belong together')
  }
  return verifierOf({ issuer, audience, jwksUrl, roleClaim, tenantClaim })
}

/** The library that reads tokens is loaded with the first session, since most callers have API keys. */
function verifierOf(settings: SessionSettings): AccessDeps['verifySession'] {
  let verifier: Promise<AccessDeps['verifySession']> | undefined
  return async token => {
    verifier ??= import('../src/access/sessions').then(({ sessionVerifier }) => sessionVerifier(settings, now))
    return (await verifier)(token)
  }
}

/** The endpoints in the table, as the deployment mirrors them. */
export function endpointStore({ MIRROR }: Pick<SettlingEnvironment, 'MIRROR'>, table: Table): EndpointStore {
  const store = dynamoEndpointStore(table)
  return MIRROR === 'off' ? withoutMirrors(store) : store
}

/** A signal that aborts after `milliseconds`, for any number of calls at a time: each of them listens to it. */
export function sharedTimeout(milliseconds: number): AbortSignal {
  const signal = AbortSignal.timeout(milliseconds)
  setMaxListeners(0, signal)
  return signal
}

/** The adapters of a function that seals, opens and settles. */
export function rotationDeps(environment: SettlingEnvironment, table: Table): RingDeps {
  const { STAGE, RING_KEY_ID, MIRROR_KEY_ID, EVENT_BUS_NAME } = environment
  const mirrorKey = MIRROR_KEY_ID === undefined ? {} : { kmsKeyId: MIRROR_KEY_ID }
  return {
    store: endpointStore(environment, table),
    audit: dynamoAuditLog(table),
    sealer: kmsSealer({ client: kmsClient(), keyId: RING_KEY_ID }),
    mirror: secretsManagerMirror({ client: secretsManagerClient(), ...mirrorKey, tags: { 'keyturn:stage': STAGE } }),
    events: eventBridgeBus({ client: eventBridgeClient(), busName: EVENT_BUS_NAME }),
    health: dynamoRotationHealth(table),
    stage: STAGE,
    now: () => new Date(),
    randomBytes,
    timeout: sharedTimeout,
    log: logOf(environment),
  }
}

/** What it takes to say who reads a mirror, and nothing else about one. */
export function policyDeps(environment: HttpEnvironment): Omit<PolicyDeps, 'store'> {
  return {
    mirror: secretsManagerMirror({ client: secretsManagerClient(), tags: {} }),
    stage: environment.STAGE,
    now,
    timeout: sharedTimeout,
    log: logOf(environment),
  }
}
