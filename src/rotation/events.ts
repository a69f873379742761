import { type Actor, type Change, type ChangeKind, type EndedKey, type Endpoint, unsettledChanges } from './endpoint'
import { endedByTime } from './ends'
import type { EndpointEventType } from './event-types'
import type { KeyturnEvent } from './ports'

// What settling tells on the bus. docs/events.md describes each type.

const typeOf = {
  create: 'endpoint.created',
  rotate: 'secret.rotated',
  revoke: 'secret.revoked',
  publish: 'secret.published',
  promote: 'secret.promoted',
  abandon: 'secret.abandoned',
  'roll-back': 'secret.rolled-back',
  update: 'endpoint.updated',
  delete: 'endpoint.deleted',
} as const satisfies Record<ChangeKind, EndpointEventType>

/** The events of the changes that are not settled, and of the keys whose time is over by `now`; by their times. */
export function eventsOf(endpoint: Endpoint, now: Date): readonly KeyturnEvent[] {
  const ofChanges = unsettledChanges(endpoint).toReversed()
  const ofTime = endedByTime(endpoint, now).map(ended => endEvent(endpoint, ended, byTime))
  const all = [...ofChanges.flatMap(change => eventsOfChange(endpoint, change)), ...ofTime]
  return all.toSorted((one, other) => one.at.getTime() - other.at.getTime())
}

function eventsOfChange(endpoint: Endpoint, change: Change): readonly KeyturnEvent[] {
  const { kind, id, keyId, version, at, actor, reason, changed = {}, ended = [] } = change
  const told = { ...ownerOf(endpoint), keyId, version, at, actor, reason }
  const names = kind === 'update' ? { changed: Object.keys(changed) } : {}
  const event = { type: typeOf[kind], id, ...told, ...overlapOf(change), ...names }
  const pause = pauseOf(change)
  const pauses = pause === null ? [] : [{ type: `endpoint.${pause}` as const, id: `${id}-${pause}`, ...told }]
  const ends = ended.map(key => endEvent(endpoint, key, key.at < at ? byTime : change))
  return [event, ...pauses, ...ends]
}

function ownerOf({ tenantId, id: endpointId, contract }: Endpoint) {
  return { tenantId, endpointId, contract }
}

const withOverlap: readonly ChangeKind[] = ['rotate', 'publish', 'promote', 'abandon']

function overlapOf({ kind, overlapSeconds }: Change): Pick<KeyturnEvent, 'overlapSeconds'> {
  return withOverlap.includes(kind) ? { overlapSeconds } : {}
}

/** Whether an update paused the endpoint or resumed it. */
function pauseOf({ kind, changed, resumes }: Change): 'paused' | 'resumed' | null {
  if (kind !== 'update') return null
  const to = changed?.['status']?.to
  if (to === 'paused') return 'paused'
  return to === 'active' || resumes === true ? 'resumed' : null
}

type Ending = Pick<Change, 'actor' | 'reason'>

const clock: Actor = { kind: 'keyturn', id: 'clock' }
const byTime: Ending = { actor: clock, reason: null }

/** Its id is that of key and end, so that sweep and change tell the same end under the same id. */
function endEvent(endpoint: Endpoint, { keyId, at, version }: EndedKey, { actor, reason }: Ending): KeyturnEvent {
  const id = `end_${keyId}_${at.getTime()}`
  return { type: 'secret.expired', id, ...ownerOf(endpoint), keyId, version, at, actor, reason }
}
