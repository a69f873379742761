import { addSeconds, earlierOf } from '../core/instant'
import { forgottenAt } from './change'
import { clockSkewSeconds, endAt } from './ends'
import type { Endpoint } from './endpoint'
import { mirrorVersionId } from './mirror'
import type { Published } from './published'

// When the sweep is to come by for what has a time of its own: one pure function of the stored endpoint.

/** When an endpoint that is settled is due next; null: nothing is planned. */
export function plannedAt(endpoint: Endpoint): Date | null {
  if (endpoint.deletedAt !== null) return endpoint.lookAgainAt ?? forgottenAt(endpoint)
  const times = [workPlannedAt(endpoint), promotionAt(endpoint), endAt(endpoint), lookAt(endpoint)]
  return times.reduce(earlierOf, null)
}

/** When settling has something to do again. */
export function workPlannedAt({ lookAgainAt, settling: { policy } }: Endpoint): Date | null {
  return earlierOf(lookAgainAt, policy?.dueAt ?? null)
}

/**
 * When the sweep promotes the published key; null: none waits for it, or receivers cannot read it yet. Without a mirror it
 * waits for somebody, also where what switched the mirror off did not say so: the configuration, or a function from before.
 */
export function promotionAt(endpoint: Endpoint): Date | null {
  const { published, settings, deletedAt } = endpoint
  const waitsForSweep = published?.signing === 'published' && settings.mirror === 'on' && deletedAt === null
  return waitsForSweep ? readyAt(endpoint) : null
}

/**
 * The earliest moment at which the published key may sign; null: none is published, or receivers cannot read it yet. Without
 * a mirror the lead counts from the publication, or from when the mirror was switched off after it.
 */
export function readyAt(endpoint: Endpoint): Date | null {
  const { published, settings, settling } = endpoint
  if (published === null) return null
  if (settings.mirror === 'off') return readyWithoutMirror(published)
  const isMirrored = settling.mirrorVersionId === mirrorVersionId(endpoint)
  return isMirrored && settling.readableSince !== undefined ? afterLead(published, settling.readableSince) : null
}

function readyWithoutMirror(published: Published): Date {
  const { key, leadSeconds, unmirroredAt } = published
  return unmirroredAt === undefined ? addSeconds(key.createdAt, leadSeconds) : afterLead(published, unmirroredAt)
}

/** When the lead is over that begins at `since`; later by what clocks may be apart, and never earlier. */
export function afterLead({ leadSeconds }: Published, since: Date): Date {
  return addSeconds(since, leadSeconds + clockSkewSeconds)
}

/** A look waits until the policy is certain: what is tried again has a time of its own. */
function lookAt({ settling: { policy, dailyLookAt } }: Endpoint): Date | null {
  return policy?.consumers === null ? null : (dailyLookAt ?? null)
}
