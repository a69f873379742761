import { addSeconds } from '../core/instant'
import { lateCallSeconds } from './change'
import { type Endpoint, type PolicySettling, unsettledChanges } from './endpoint'
import { mirrorName } from './mirror'
import type { RotationDeps } from './ports'

/** Less than a request has for settling, so that a policy that hangs leaves time to mark the value settled. */
const policyMilliseconds = 1000

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
  deps: RotationDeps,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<PolicySettling | undefined> {
  const { policy } = endpoint.settling
  const { consumers } = endpoint.settings
  const now = deps.now()
  const confirms = policy?.dueAt !== undefined && policy.dueAt !== null && policy.dueAt <= now
  if (!confirms && isSame(knownConsumers(endpoint), consumers)) return policy
  try {
    await write(deps, endpoint, AbortSignal.any([signal, deps.timeout(policyMilliseconds)]))
    const isConfirmed = confirms && policy.failures === 0
    return { consumers, failures: 0, error: null, dueAt: isConfirmed ? null : addSeconds(now, lateCallSeconds) }
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    const failures = (policy?.failures ?? 0) + 1
    deps.log.error('the policy of a mirror could not be settled', { endpointId: endpoint.id, error: name, failures })
    return { consumers: null, failures, error: name, dueAt: addSeconds(now, backoffSeconds(failures)) }
  }
}

/** Who can read the mirror now; null: that is not certain. */
function knownConsumers(endpoint: Endpoint): readonly string[] | null {
  const { policy } = endpoint.settling
  const updates = unsettledChanges(endpoint).filter(({ kind }) => kind === 'update')
  if (updates.length > 1) return null
  if (policy === undefined) return []
  return endpoint.lookAgainAt === null ? policy.consumers : null
}

async function write({ mirror, stage }: RotationDeps, endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  const name = mirrorName(stage, endpoint.tenantId, endpoint.id)
  const { consumers } = endpoint.settings
  if (consumers.length === 0) await mirror.removePolicy(name, signal)
  else await mirror.putPolicy({ name, consumers }, signal)
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
