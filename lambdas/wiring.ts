import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { version } from '../package.json'
import { type AccessDeps, invalidToken } from '../src/access/authenticate'
import type { SessionSettings } from '../src/access/sessions'
import { eventBridgeClient, kmsClient, secretsManagerClient, sqsClient } from '../src/aws/clients'
import { withBatchedReads } from '../src/aws/batched-reads'
import { withBatchedSends } from '../src/aws/batched-sends'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import { dynamoAttemptLog } from '../src/aws/dynamo-attempt-log'
import { dynamoAuditLog } from '../src/aws/dynamo-audit-log'
import { dynamoDeliveryStore } from '../src/aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import { dynamoHealthStore, dynamoRotationHealth } from '../src/aws/dynamo-health-store'
import { dynamoLeaseStore } from '../src/aws/dynamo-lease-store'
import { dynamoRecoveryStore } from '../src/aws/dynamo-recovery-store'
import { dynamoSubscriberIndex } from '../src/aws/dynamo-subscriber-index'
import { eventBridgeBus } from '../src/aws/event-bridge-bus'
import { kmsSealer } from '../src/aws/kms-sealer'
import { secretsManagerMirror } from '../src/aws/secrets-manager-mirror'
import { readCurrentText, secretsManagerRotatedSecret } from '../src/aws/secrets-manager-rotated-secret'
import { sqsDeliveryQueue } from '../src/aws/sqs-delivery-queue'
import type { Table } from '../src/aws/table'
import type { Contract } from '../src/contracts/contract'
import { type Mount, mountsFile } from '../src/contracts/routes'
import { jsonLog, type Log } from '../src/core/log'
import { httpSender } from '../src/delivery/http-sender'
import { openedKeyCache } from '../src/delivery/opened-key-cache'
import { OwnAttempts } from '../src/delivery/own-attempts'
import type { DeliveryDeps } from '../src/delivery/ports'
import type { ApiSettings } from '../src/http/request'
import type { RingDeps } from '../src/http/uses/ring'
import { connectionFaults } from '../src/rotation-hook/connection-faults'
import { defaultLostReplyRule, type HookDeps } from '../src/rotation-hook/ports'
import { httpVendor } from '../src/rotation-hook/vendor'
import { parseCredential } from '../src/rotation-hook/vendor-request'
import { withoutMirrors } from '../src/rotation/mirror'
import type { EndpointStore } from '../src/rotation/ports'
import type { PolicyDeps } from '../src/rotation/settle-policy'
import type { DeliverEnvironment, HttpEnvironment, RotationHookEnvironment, SettlingEnvironment } from './environment'

// The adapters that the functions share. Each function's own file picks from here, and nothing else decides what runs.

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
  return { apiKeys: dynamoApiKeyStore(table, now), verifySession: sessionsOf(environment), now }
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

/** The adapters of the function that delivers. */
export function deliveryDeps(
  environment: DeliverEnvironment,
  plainTable: Table,
  contracts: readonly Contract[],
): DeliveryDeps {
  const table = withBatchedReads(plainTable)
  const { RING_KEY_ID, QUEUE_URL, DEAD_LETTER_QUEUE_URL, INSECURE_TARGETS } = environment
  const { PAUSE_AFTER_HOURS: afterHours, PAUSE_AFTER_FAILURES: afterFailures = null } = environment
  const { ATTEMPTS_PER_TENANT: attemptsPerTenant } = environment
  return {
    endpoints: dynamoEndpointStore(table),
    subscribers: dynamoSubscriberIndex(table),
    deliveries: dynamoDeliveryStore(table),
    attempts: dynamoAttemptLog(table),
    health: dynamoHealthStore(table),
    leases: dynamoLeaseStore(table),
    ownAttempts: new OwnAttempts(),
    recoveries: dynamoRecoveryStore(table),
    queue: withBatchedSends(
      sqsDeliveryQueue({ client: sqsClient(), queueUrl: QUEUE_URL, deadLetterQueueUrl: DEAD_LETTER_QUEUE_URL }),
    ),
    openKey: openedKeyCache(kmsSealer({ client: kmsClient(), keyId: RING_KEY_ID }), now),
    send: httpSender({ insecureTargets: INSECURE_TARGETS, clock: () => performance.now() }),
    contracts,
    pauseRule: { afterHours, afterFailures },
    attemptsPerTenant,
    now,
    randomBytes,
    random: Math.random,
    sleep: milliseconds => sleep(milliseconds),
    log: logOf(environment),
  }
}

/** The adapters of the rotation hook. @throws {TypeError} for a contract that is not there, or that forbids the rest */
export function rotationHookDeps(environment: RotationHookEnvironment, contracts: readonly Contract[]): HookDeps {
  const contract = contracts.find(({ name }) => name === environment.CONTRACT)
  if (contract === undefined) throw new TypeError('environment: CONTRACT names none that was deployed')
  const client = secretsManagerClient()
  const now = (): Date => new Date()
  const connection = {
    contract,
    baseUrl: environment.BASE_URL,
    endpointId: environment.ENDPOINT_ID,
    tenantId: environment.TENANT_ID,
    overlapSeconds: environment.OVERLAP_SECONDS ?? null,
  }
  const [fault] = connectionFaults(connection)
  if (fault !== undefined) throw new TypeError(`environment: ${fault.member} ${fault.message}`)
  const credential = async () => parseCredential(await readCurrentText(client, environment.CREDENTIALS_SECRET_ID))
  const timeoutMs = environment.VENDOR_TIMEOUT_SECONDS * 1000
  return {
    ...connection,
    rotatedSecret: secretsManagerRotatedSecret(client),
    vendor: httpVendor({ ...connection, credential, timeoutMs, now }),
    lostReply: environment.LOST_REPLY ?? defaultLostReplyRule(contract),
    newRunId: () => randomBytes(8).toString('hex'),
    now,
    sleep: async milliseconds => {
      await sleep(milliseconds)
    },
    log: logOf(environment),
  }
}
