import { addSeconds } from '../core/instant'
import { lateCallSeconds } from './change'
import { type Endpoint, loggedAs, type PolicySettling, unsettledChanges } from './endpoint'
import { mirrorName } from './mirror'
import type { EndpointStore, Mirror, RotationDeps } from './ports'
import { writePolicy } from './write-policy'

/** Less than a request has for settling, so that a policy that hangs leaves time to mark the value settled. */
const policyMilliseconds = 1000

/** What writing the policy of a mirror reaches outside for: less than settling does. */
export interface PolicyDeps extends Pick<RotationDeps, 'stage' | 'now' | 'timeout' | 'log'> {
  readonly store: Pick<EndpointStore, 'settlePolicy'>
  readonly mirror: Pick<Mirror, 'putPolicy' | 'removePolicy'>
}

export type PolicyState = 'current' | 'pending' | 'off'

/** How far the mirror's policy is. `off`: there is no mirror, or nobody outside the account reads it. */
export function policyState({ settings, settling }: Endpoint): PolicyState {
  if (settings.mirror === 'off') return 'off'
  const applied = settling.policy === undefined ? [] : settling.policy.consumers
  if (applied === null || !isSame(applied, settings.consumers)) return 'pending'
  return settings.consumers.length === 0 ? 'off' : 'current'
}

/** What AWS answers where a consumer does not exist. */
const noSuchConsumer = 'MalformedPolicyDocumentException'

/**
 * Lets the endpoint's consumers, and nobody else, read the mirror. Those that do not exist in AWS are left out, kept as
 * refused, and tried again like what failed. A failure is part of the result, so that the mirror's
 * value is settled all the same. A policy that was written is written once more when no call that was given up can
 * still arrive. Undefined: there never was a policy.
 */
export async function settlePolicy(
  deps: PolicyDeps,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<PolicySettling | undefined> {
  const { policy } = endpoint.settling
  const { consumers } = endpoint.settings
  const now = deps.now()
  const confirms = policy?.dueAt !== undefined && policy.dueAt !== null && policy.dueAt <= now
  const known = knownConsumers(endpoint)
  const isDone = known !== null && isSame([...known, ...(policy?.refused ?? [])], consumers)
  if (!confirms && isDone && policy?.fromRequest !== true) return policy
  const limit = AbortSignal.any([signal, deps.timeout(policyMilliseconds)])
  const { granted, refused, error } = await tryWrite(deps, endpoint, { consumers, signal: limit })
  if (error === null) {
    const isConfirmed = confirms && policy.failures === 0
    return { consumers, failures: 0, error, dueAt: isConfirmed ? null : addSeconds(now, lateCallSeconds) }
  }
  const failures = (policy?.failures ?? 0) + 1
  const logged = { ...loggedAs(endpoint), error, failures, refused: refused.join(' ') }
  deps.log.error('the policy of a mirror could not be settled', logged)
  return { consumers: granted, ...told(refused), failures, error, dueAt: addSeconds(now, backoffSeconds(failures)) }
}

interface Reading {
  readonly consumers: readonly string[]
  readonly signal: AbortSignal
}

interface Written {
  /** Null: that is not certain. */
  readonly granted: readonly string[] | null
  readonly refused: readonly string[]
  /** Null: all of them may read. */
  readonly error: string | null
}

/**
 * Writes the policy. Where that ends before its time, those that were refused until then are known the next time, so that
 * it comes further.
 */
async function tryWrite(deps: PolicyDeps, endpoint: Endpoint, { consumers, signal }: Reading): Promise<Written> {
  const { granted: before, refused: earlier } = policyBefore(endpoint)
  const found: string[] = []
  const writer = { mirror: deps.mirror, signal, refuse: (consumer: string) => void found.push(consumer) }
  const name = mirrorName(deps.stage, endpoint.tenantId, endpoint.id)
  const suspects = before === null ? earlier : consumers.filter(consumer => !before.includes(consumer))
  try {
    const granted = await writePolicy(writer, { name, consumers, suspects })
    return { granted, refused: found, error: found.length > 0 ? noSuchConsumer : null }
  } catch (error) {
    const refused = consumers.filter(consumer => found.includes(consumer) || earlier.includes(consumer))
    return { granted: null, refused, error: error instanceof Error ? error.name : 'unknown' }
  }
}

function policyBefore({ settling: { policy } }: Endpoint): Pick<Written, 'granted' | 'refused'> {
  return { granted: policy === undefined ? [] : policy.consumers, refused: policy?.refused ?? [] }
}

function told(refused: readonly string[]): Pick<PolicySettling, 'refused'> {
  return refused.length > 0 ? { refused } : {}
}

const requestMilliseconds = 2000

/**
 * Takes read access from those that a change of settings, or a deletion, leaves without, within the request and for 2 s
 * at most. It opens no secret and writes no value. The change stays unsettled: whoever is to get access gets it by the
 * sweep, which also does what fails here. Returns the endpoint with what is known of its policy then.
 */
export async function removeReadersInRequest(deps: PolicyDeps, endpoint: Endpoint): Promise<Endpoint> {
  const consumers = remainingConsumers(endpoint)
  if (consumers === null) return endpoint
  const signal = deps.timeout(requestMilliseconds)
  const dueAt = addSeconds(deps.now(), lateCallSeconds)
  try {
    const { granted, refused, error } = await tryWrite(deps, endpoint, { consumers, signal })
    if (granted === null) return leftToSweep(deps, endpoint, error ?? 'unknown')
    const policy = { consumers: granted, ...told(refused), failures: 0, error, dueAt, fromRequest: true } as const
    const outcome = await deps.store.settlePolicy(endpoint, policy, signal)
    return outcome === 'stored' ? { ...endpoint, settling: { ...endpoint.settling, policy } } : endpoint
  } catch (error) {
    return leftToSweep(deps, endpoint, error instanceof Error ? error.name : 'unknown')
  }
}

function leftToSweep({ log }: PolicyDeps, endpoint: Endpoint, error: string): Endpoint {
  log.error('taking read access away is left to the sweep', { ...loggedAs(endpoint), error })
  return endpoint
}

/**
 * Who may go on reading the mirror, of those who can; null: nobody loses access. Whom the policy does not name yet is
 * left out where that is certain: a consumer that does not exist must not keep another's access alive.
 */
function remainingConsumers(endpoint: Endpoint): readonly string[] | null {
  const { settings, deletedAt } = endpoint
  const wanted = deletedAt === null && settings.mirror === 'on' ? settings.consumers : []
  const known = knownConsumers(endpoint)
  if (known === null) return wanted
  const remaining = known.filter(consumer => wanted.includes(consumer))
  return remaining.length === known.length ? null : remaining
}

/** Who can read the mirror now; null: that is not certain. */
function knownConsumers(endpoint: Endpoint): readonly string[] | null {
  const { policy } = endpoint.settling
  const updates = unsettledChanges(endpoint).filter(({ kind }) => kind === 'update')
  if (updates.length > 1) return null
  if (policy === undefined) return []
  return endpoint.lookAgainAt === null ? policy.consumers : null
}

function isSame(one: readonly string[] | null, other: readonly string[]): boolean {
  return one !== null && one.length === other.length && one.every(consumer => other.includes(consumer))
}

const firstBackoffSeconds = 5
export const maximumBackoffSeconds = 600

/** Seconds to wait after so many failures in a row: twice as long each time, 5 s up to 10 minutes. */
export function backoffSeconds(failures: number): number {
  return Math.min(maximumBackoffSeconds, firstBackoffSeconds * 2 ** (failures - 1))
}
