import { addSeconds } from '../core/instant'
import { lateCallSeconds } from './change'
import { type Endpoint, loggedAs, type PolicySettling, unsettledChanges } from './endpoint'
import { mirrorName } from './mirror'
import type { EndpointStore, Mirror, MirrorPolicy, RotationDeps } from './ports'

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

/**
 * Lets the endpoint's consumers, and nobody else, read the mirror. A failure is part of the result, so that the mirror's
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
  const isCertain = policy?.fromRequest !== true && isSame(knownConsumers(endpoint), consumers)
  if (!confirms && isCertain) return policy
  try {
    await write(deps, policyOf(deps, endpoint, consumers), AbortSignal.any([signal, deps.timeout(policyMilliseconds)]))
    const isConfirmed = confirms && policy.failures === 0
    return { consumers, failures: 0, error: null, dueAt: isConfirmed ? null : addSeconds(now, lateCallSeconds) }
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    const failures = (policy?.failures ?? 0) + 1
    deps.log.error('the policy of a mirror could not be settled', { ...loggedAs(endpoint), error: name, failures })
    return { consumers: null, failures, error: name, dueAt: addSeconds(now, backoffSeconds(failures)) }
  }
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
  const policy = { consumers, failures: 0, error: null, dueAt, fromRequest: true } as const
  try {
    await write(deps, policyOf(deps, endpoint, consumers), signal)
    const outcome = await deps.store.settlePolicy(endpoint, policy, signal)
    return outcome === 'stored' ? { ...endpoint, settling: { ...endpoint.settling, policy } } : endpoint
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    deps.log.error('taking read access away is left to the sweep', { ...loggedAs(endpoint), error: name })
    return endpoint
  }
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

function policyOf({ stage }: PolicyDeps, endpoint: Endpoint, consumers: readonly string[]): MirrorPolicy {
  return { name: mirrorName(stage, endpoint.tenantId, endpoint.id), consumers }
}

async function write({ mirror }: PolicyDeps, policy: MirrorPolicy, signal: AbortSignal): Promise<void> {
  if (policy.consumers.length === 0) await mirror.removePolicy(policy.name, signal)
  else await mirror.putPolicy(policy, signal)
}

function isSame(one: readonly string[] | null, other: readonly string[]): boolean {
  return one !== null && one.length === other.length && one.every(consumer => other.includes(consumer))
}

const firstBackoffSeconds = 5
const maximumBackoffSeconds = 600

/** Seconds to wait after so many failures in a row: twice as long each time, 5 s up to 10 minutes. */
export function backoffSeconds(failures: number): number {
  return Math.min(maximumBackoffSeconds, firstBackoffSeconds * 2 ** (failures - 1))
}
