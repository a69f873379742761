import type { Contract } from '../contracts/contract'
import { newText } from '../contracts/secret-text'
import { newId } from '../core/id'
import { scrubbedError } from '../core/log'
import { Problem } from '../core/problem'
import { Secret } from '../core/secret'
import { type Actor, type Endpoint, loggedAs } from '../rotation/endpoint'
import type { EventBus, KeyturnEvent } from '../rotation/ports'
import { type Adoption, newProof, type ProbedKeys, probedKeys } from '../rotation/proof'
import { allKeys } from '../rotation/published'
import type { Key } from '../rotation/ring'
import { attempt, type AttemptResult, recordOf } from './attempt'
import type { HealthStore } from './health'
import type { Signer } from './signed-request'
import { leaseFor, type TestDeps, testMessage, withTestTimeout } from './test-delivery'

// A probe: does the receiver verify with the newest key? Test deliveries that one key alone signs, or nobody.

/** Who signed a check. */
export type SignedBy = 'newest' | 'previous' | 'nobody'

/** What one test delivery of a probe came to. */
export interface Check {
  readonly signedBy: SignedBy
  readonly result: AttemptResult
}

export interface Probe {
  readonly adoption: Adoption
  /** The newest key: what the probe is about. */
  readonly keyId: string
  /** When it began. */
  readonly at: Date
  /** In the order in which they were sent. */
  readonly checks: readonly Check[]
}

export interface ProbeDeps extends TestDeps {
  readonly health: Pick<HealthStore, 'loadAny' | 'beginLife' | 'keepProof'>
  readonly events: Pick<EventBus, 'publish'>
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal
}

export interface ProbeRequest {
  readonly endpoint: Endpoint
  /** The endpoint's own. */
  readonly contract: Contract
  readonly actor: Actor
}

/** How long somebody who asked for a probe waits for its test deliveries. */
export const probePatienceMs = 15_000
const mostChecks = 2

/**
 * Sends test deliveries while the caller waits, for `longestMs` at most in all, and keeps what they prove: the newest key
 * alone; if that was accepted, one signed by a key that nobody has, else one by the key before. Without a key before, the
 * second is that of nobody as well. They are recorded among the attempts and count towards nothing; a paused endpoint gets
 * them too. Whatever is not `adopted` becomes an event, before it is kept: it is told at least once, or not known at all.
 * @throws {Problem} `endpoint-without-url`, `endpoint-busy`, and `unavailable` when this side held a check up, or the bus
 *   did not take the event
 */
export async function probe(
  deps: ProbeDeps,
  request: ProbeRequest,
  longestMs: number = probePatienceMs,
): Promise<Probe> {
  const { endpoint } = request
  const { url } = endpoint.settings
  if (url === null) throw new Problem('endpoint-without-url', 'The endpoint has no URL to probe.')
  const at = deps.now()
  const keys = probedKeys(endpoint, at)
  await beginLife(deps, endpoint)
  const checks = await checksOf(deps, request, { url, keys, longestMs })
  const probed = { adoption: adoptionOf(checks), keyId: keys.newest.id, at, checks }
  if (probed.adoption !== 'adopted') await tell(deps, request, probed)
  await keep(deps, endpoint, { url, probed })
  return probed
}

/** What the answers say; `checks` begin with that of the newest key. */
export function adoptionOf(checks: readonly Check[]): Adoption {
  const verdicts = new Map(checks.map(({ signedBy, result }) => [signedBy, verdictOf(result)]))
  const [newest, previous, nobody] = [verdicts.get('newest'), verdicts.get('previous'), verdicts.get('nobody')]
  if ([...verdicts.values()].every(verdict => verdict === 'silent')) return 'unreachable'
  if (newest === 'accepted' && nobody === 'refused') return 'adopted'
  if (newest === 'accepted' && nobody === 'accepted') return 'accepts-anything'
  return newest === 'refused' && previous === 'accepted' ? 'not-adopted' : 'inconclusive'
}

/** `silent`: no answer came. `unclear`: one that is no word about the signature. */
type Verdict = 'accepted' | 'refused' | 'unclear' | 'silent'

/** Answers about load, or of something in between: they would be the same with any signature. */
const unclearStatuses: readonly number[] = [408, 429, 502, 503, 504]

function verdictOf({ error, status }: AttemptResult): Verdict {
  if (error === null) return 'accepted'
  if (status === null) return 'silent'
  return unclearStatuses.includes(status) ? 'unclear' : 'refused'
}

interface Sending {
  readonly url: string
  readonly keys: ProbedKeys
  /** Of all checks. */
  readonly longestMs: number
}

/** All checks hold one slot, so the second never finds the endpoint busy. */
async function checksOf(
  deps: ProbeDeps,
  request: ProbeRequest,
  { url, keys: { newest, previous }, longestMs }: Sending,
): Promise<readonly Check[]> {
  const address = { tenantId: request.endpoint.tenantId, endpointId: request.endpoint.id }
  const messageId = newId('prb', deps.randomBytes)
  const lease = await leaseFor(deps, { address, messageId, timeoutMs: longestMs })
  const check = (signedBy: SignedBy, key: Key | null): Promise<Check> =>
    send(deps, request, { url, signedBy, key, longestMs: longestMs / mostChecks })
  try {
    const first = await check('newest', newest)
    if (first.result.error === null || previous === undefined) return [first, await check('nobody', null)]
    return [first, await check('previous', previous)]
  } finally {
    await deps.leases.release(lease)
  }
}

/** Makes room for the proof where what is stored is of an earlier endpoint with this id. */
async function beginLife({ health }: ProbeDeps, { tenantId, id: endpointId, incarnation }: Endpoint): Promise<void> {
  const { incarnation: before } = await health.loadAny({ tenantId, endpointId })
  if (before !== null && before !== incarnation) await health.beginLife({ tenantId, endpointId, incarnation }, before)
}

interface Sent {
  readonly url: string
  readonly longestMs: number
  readonly signedBy: SignedBy
  /** Null: nobody's. */
  readonly key: Key | null
}

/** One test delivery with ids of its own, recorded. */
async function send(
  deps: ProbeDeps,
  { endpoint: probed, contract }: ProbeRequest,
  { url, signedBy, key, longestMs }: Sent,
): Promise<Check> {
  const endpoint = withTestTimeout(probed, longestMs)
  const address = { tenantId: endpoint.tenantId, endpointId: endpoint.id }
  const signer: Signer =
    key === null ? nobodysKey(deps, contract) : { keyId: key.id, secret: await deps.openKey(key, address) }
  const message = testMessage(deps, { endpoint, contract, eventType: null })
  const made = await attempt(deps, { endpoint, contract, url, message, signer, longestMs })
  const number = signedBy === 'newest' ? 1 : mostChecks
  const about = { messageId: message.id, eventType: message.event.type, kind: 'probe', number } as const
  await deps.attempts.record(address, recordOf(made, about, deps.randomBytes))
  return { signedBy, result: made.result }
}

/** A secret in the contract's own format that is never kept. */
function nobodysKey({ randomBytes }: Pick<ProbeDeps, 'randomBytes'>, { secret }: Contract): Signer {
  return { keyId: null, secret: new Secret(newText(secret, randomBytes)) }
}

interface Probed {
  readonly url: string
  readonly probed: Probe
}

async function keep({ health }: ProbeDeps, endpoint: Endpoint, { url, probed }: Probed): Promise<void> {
  const { tenantId, id: endpointId, incarnation } = endpoint
  const { keyId, adoption, at } = probed
  const keyIds = allKeys(endpoint).map(key => key.id)
  await health.keepProof({ tenantId, endpointId, incarnation }, newProof(url, { keyId, adoption, at }), keyIds)
}

export const publishMs = 2000

/** @throws {Problem} `unavailable` when the bus does not take the event: whoever asked asks again */
async function tell(deps: ProbeDeps, { endpoint, actor }: ProbeRequest, probed: Probe): Promise<void> {
  const { keyId, adoption, at } = probed
  const { tenantId, id: endpointId, contract, ring } = endpoint
  const about = { tenantId, endpointId, contract, keyId, version: ring.version }
  const id = newId('prb', deps.randomBytes)
  const event: KeyturnEvent = { type: 'secret.proof-failed', id, ...about, at, actor, reason: null, adoption }
  try {
    await deps.events.publish([event], deps.timeout(publishMs))
  } catch (error) {
    deps.log.error('the event of a failed proof was not published', { ...loggedAs(endpoint), ...scrubbedError(error) })
    const detail = 'What the probe came to could not be told on the bus. Probe again.'
    throw new Problem('unavailable', detail, { cause: error, retryAfterSeconds: 1 })
  }
}
