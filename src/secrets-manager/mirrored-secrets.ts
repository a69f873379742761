import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import {
  type DeliveryHeaders,
  FaultySecretError,
  verify,
  type VerifyOptions,
  WebhookVerificationError,
} from '../verify'
import { requireDelivery } from '../verify/verify'
import { requireFunction, requireObject, wrong } from '../verify/arguments'
import { KeyCache } from './key-cache'
import { loadKeys } from './load-keys'
import { looksLikeSecret, secretSource, shownName } from './secret-source'

/** The secrets that one sender signs with, kept up to date from Secrets Manager. */
export interface MirroredSecrets {
  /**
   * Resolves when a live secret signed the delivery. When none did, or none can be used, the secrets are refreshed and
   * tried once more.
   * @throws {WebhookVerificationError} as `verify` of `keyturn/verify`. Answer 503 to `no-matching-signature`: the
   *   delivery may be signed with a secret that has not arrived here yet, and passes at the sender's next attempt.
   * @throws {SecretsUnavailableError} or AWS's own error, when there is no secret to verify with: answer 503
   */
  verify(body: string | Uint8Array, headers: DeliveryHeaders | null | undefined, options?: VerifyOptions): Promise<void>
  /**
   * The live secrets, newest first; at least one.
   * @throws {SecretsUnavailableError} or AWS's own error, when there is none
   */
  live(): Promise<readonly string[]>
  /**
   * Reads the secrets anew, however young the cache is: for whoever is told that they have changed, as by Secrets Manager's
   * own event. It reaches this process alone.
   * @throws {SecretsUnavailableError} or AWS's own error, when they could not be read; cached secrets go on working
   */
  refresh(): Promise<void>
}

export interface MirroredSecretsOptions {
  /** The mirror's name or ARN. In another account: the ARN. */
  readonly secretId: string
  readonly client: Pick<SecretsManagerClient, 'send'>
  /**
   * Seconds that the cache is used without asking; 300 by default. A revoked secret is refused after this at the latest.
   * From half of it on, a delivery starts a refresh that it does not wait for.
   */
  readonly maxAgeSeconds?: number | undefined
  /** Seconds between two refreshes that were asked for because nothing matched; 10 by default. */
  readonly mismatchIntervalSeconds?: number | undefined
  /**
   * For secrets that are a plain text and not Keyturn's document: seconds that AWSPREVIOUS stays good after the current
   * version was stored; 0 by default, which is not at all.
   */
  readonly previousMaxAgeSeconds?: number | undefined
  /** Milliseconds after which one call to Secrets Manager is given up; 2000 by default. */
  readonly timeoutMs?: number | undefined
  /**
   * Told of every refresh that failed, also where cached secrets go on working; of every AWSPENDING or AWSPREVIOUS that
   * could not be read beside AWSCURRENT; and, once for each time that the secrets are read, of every secret that is not
   * as it should be (`FaultySecretError`). Nothing by default.
   */
  readonly onError?: ((error: unknown) => void) | undefined
  /** The clock by default. */
  readonly now?: (() => Date) | undefined
}

/**
 * The live secrets of a mirror, or of a secret that the rotation hook keeps. Make one for each secret, outside the
 * handler. Nothing is read before the first delivery.
 *
 * A mirror holds every key of its endpoint with the time at which it ends. It is read from AWSCURRENT and, when nothing
 * matched, from AWSPENDING; never from AWSPREVIOUS, where a revoked key would live on. What the labels mean:
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
 *
 * @throws {TypeError} when `secretId` is no name or ARN, `client` no client, or another option no such thing
 * @throws {RangeError} when a length of time is not a number from 0 up
 *
 * @example
 * ```ts
 * import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
 * import { mirroredSecrets } from 'keyturn/secrets-manager'
 *
 * const secrets = mirroredSecrets({
 *   secretId: 'keyturn/prod/org_1/ep_1',
 *   client: new SecretsManagerClient({}),
 *   onError: error => console.error('the secrets could not be refreshed', error),
 * })
 *
 * export async function receive(request: Request): Promise<void> {
 *   await secrets.verify(new Uint8Array(await request.arrayBuffer()), request.headers)
 * }
 * ```
 */
export function mirroredSecrets(options: MirroredSecretsOptions): MirroredSecrets {
  requireObject('options', 'an object { secretId, client }', options)
  const { maxAgeSeconds = 300, mismatchIntervalSeconds = 10, previousMaxAgeSeconds = 0, timeoutMs = 2000 } = options
  const { now = () => new Date(), onError = () => undefined } = options
  requireSecretId(options.secretId)
  requireClient(options.client)
  requireFunction('now', now)
  requireFunction('onError', onError)
  requireLengths({ maxAgeSeconds, mismatchIntervalSeconds, previousMaxAgeSeconds, timeoutMs })
  const source = secretSource({ client: options.client, secretId: options.secretId, timeoutMs })
  const name = shownName(options.secretId)
  const reported = new Set<string | undefined>()
  const cache = new KeyCache(
    versions => {
      reported.clear()
      return loadKeys(source, { ...versions, name, previousMaxAgeSeconds, onError })
    },
    { name, maxAgeSeconds, mismatchIntervalSeconds, now, onError },
  )
  const reporting = (secrets: readonly string[], verifyOptions: VerifyOptions): VerifyOptions => ({
    ...verifyOptions,
    onError: error => {
      verifyOptions.onError?.(error)
      if (reported.has(secrets[error.index])) return
      reported.add(secrets[error.index])
      onError(error)
    },
  })
  return {
    live: () => cache.live(),
    refresh: () => cache.refresh(),
    verify: async (body, headers, verifyOptions = {}) => {
      requireDelivery(body, headers, verifyOptions)
      const known = await cache.live()
      const mismatch = mismatchOf(() => verify(body, headers, known, reporting(known, verifyOptions)))
      if (mismatch === null) return
      const fresh = await cache.afterMismatch(known)
      if (fresh === null) throw mismatch
      verify(body, headers, fresh, reporting(fresh, verifyOptions))
    },
  }
}

function requireSecretId(secretId: unknown): void {
  const wanted = "the mirror's name or ARN, such as keyturn/prod/org_1/ep_1"
  if (typeof secretId !== 'string' || secretId.trim() === '') throw wrong('secretId', wanted, secretId)
  if (secretId.trim() !== secretId) throw new TypeError(`secretId must be ${wanted}, without whitespace around it`)
  if (looksLikeSecret(secretId)) throw new TypeError(`secretId must be ${wanted}, and not the secret itself`)
}

function requireClient(client: unknown): void {
  const sends = typeof client === 'object' && client !== null && 'send' in client && typeof client.send === 'function'
  if (!sends) throw wrong('client', 'a SecretsManagerClient of @aws-sdk/client-secrets-manager', client)
}

/** Above this, a timer in Node takes no length. */
const MAX_TIMEOUT_MS = 2 ** 32 - 1

function requireLengths(lengths: Readonly<Record<string, unknown>>): void {
  for (const [name, length] of Object.entries(lengths)) {
    if (typeof length !== 'number') throw wrong(name, 'a number from 0 up', length)
    if (name === 'timeoutMs' && !(Number.isInteger(length) && length >= 0 && length <= MAX_TIMEOUT_MS)) {
      throw new RangeError(`timeoutMs must be a whole number from 0 to ${MAX_TIMEOUT_MS}`)
    }
    if (!(length >= 0 && length < Number.POSITIVE_INFINITY)) throw new RangeError(`${name} must be a number from 0 up`)
  }
}

const curable: readonly string[] = ['no-matching-signature', 'empty-secret']

/** The error that other secrets may cure: none signed the delivery, or none can be used. Any other error is thrown. */
function mismatchOf(check: () => void): WebhookVerificationError | FaultySecretError | null {
  try {
    check()
    return null
  } catch (error) {
    if (error instanceof FaultySecretError) return error
    if (error instanceof WebhookVerificationError && curable.includes(error.code)) return error
    throw error
  }
}
