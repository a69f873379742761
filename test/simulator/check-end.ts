import { auditRecordOf, lookAgainSeconds, rememberSeconds } from '../../src/rotation/change'
import { dueKindOf, type Endpoint } from '../../src/rotation/endpoint'
import { clockSkewSeconds, endAt } from '../../src/rotation/ends'
import { dailyLookSeconds } from '../../src/rotation/daily-look'
import { openRing } from '../../src/rotation/keys'
import { mirrorDocument, mirrorName, mirrorVersionId } from '../../src/rotation/mirror'
import { allKeys } from '../../src/rotation/published'
import type { MirroredSecret } from '../support/memory/memory-mirror'
import { runCalmly } from './callers'
import { byHand } from './check-states'
import { advanceTo } from './scheduler'
import { mustHold, type World } from './world'

/** Longer than any backoff: whatever is left is due by then. */
export const everythingDueMilliseconds = lookAgainSeconds * 1000
const maximumSweeps = 5

/** After the last fault: the late calls arrive, then one sweep makes everything agree, and a few more leave nothing due. */
export async function checkEnd(world: World, { sweepsMeanwhile }: { sweepsMeanwhile: boolean }): Promise<void> {
  await letLateCallsArrive(world, sweepsMeanwhile)
  await advanceTo(world, world.clock + everythingDueMilliseconds)
  await sweepAndCheck(world)
  if (world.random.chance(tamperRate)) await tamperAndLook(world)
}

const tamperRate = 0.1
/** Longer than a round of daily looks. */
const roundMilliseconds = dailyLookSeconds * 1000

/** Somebody changes mirrors by hand, and within a day they are as they should be again. */
async function tamperAndLook(world: World): Promise<void> {
  const { random, cloud } = world
  for (const secret of cloud.state.vault.secrets.values()) {
    if (!secret.deleted) random.pick(changesByHand)(secret)
  }
  await advanceTo(world, world.clock + roundMilliseconds)
  // What was planned by then comes first, then the look, then the healing; a try that failed waits for its next one.
  for (let minutes = 0; minutes < 4; minutes++) {
    await runCalmly(world, { kind: 'sweep' })
    await advanceTo(world, world.clock + 60_000)
  }
  await checkAgreement(world)
}

const changesByHand: readonly ((secret: MirroredSecret) => void)[] = [
  secret => (secret.deleted = true),
  secret => (secret.policy = '["somebody else"]'),
  secret => {
    secret.documents.set(byHand, '{}')
    secret.labels.set('AWSCURRENT', byHand)
  },
]

export async function letLateCallsArrive(world: World, sweepsMeanwhile: boolean): Promise<void> {
  while (world.late.length > 0 && world.ledger.violation === null) {
    const arrival = Math.min(...world.late.map(late => late.at))
    const due = sweepsMeanwhile ? earliestDue(world) : null
    await advanceTo(world, Math.min(arrival, due ?? Infinity))
    if (due !== null && due <= arrival) await runCalmly(world, { kind: 'sweep' })
  }
}

/** Sweeps once, checks that everything agrees, and sweeps on until nothing is due. */
export async function sweepAndCheck(world: World): Promise<void> {
  await runCalmly(world, { kind: 'sweep' })
  await checkAgreement(world)
  if (earliestDue(world) === null) return
  for (let sweeps = 0; sweeps < maximumSweeps; sweeps++) {
    await advanceTo(world, earliestDue(world) ?? world.clock)
    await runCalmly(world, { kind: 'sweep' })
  }
  checkNoneDue(world)
  await checkAgreement(world)
}

/** Once nothing of a deleted endpoint is needed any more, one sweep drops its tombstone. */
export async function checkTombstonesDropped(world: World): Promise<void> {
  const isDeleted = (): boolean => storedEndpoints(world).some(({ deletedAt }) => deletedAt !== null)
  if (!isDeleted()) return
  await advanceTo(world, world.clock + rememberSeconds * 1000)
  await runCalmly(world, { kind: 'sweep' })
  mustHold(world.ledger, !isDeleted(), 'tombstones are dropped in the end')
}

function earliestDue(world: World): number | null {
  const waiting = storedEndpoints(world).filter(endpoint => !isAtRest(endpoint))
  const times = waiting.flatMap(({ dueAt }) => dueAt?.getTime() ?? [])
  return times.length === 0 ? null : Math.min(...times)
}

/** Nothing is left for the sweep but daily looks, ends of keys, and tombstones that wait to be dropped. */
function checkNoneDue(world: World): void {
  for (const endpoint of storedEndpoints(world)) {
    mustHold(world.ledger, isAtRest(endpoint), 'nothing is due in the end')
  }
}

function isAtRest(endpoint: Endpoint): boolean {
  if (endpoint.dueAt === null || isOnlyRemembered(endpoint)) return true
  const kind = dueKindOf(endpoint)
  return kind === 'look' || (kind === 'planned' && endpoint.dueAt.getTime() === endAt(endpoint)?.getTime())
}

/** A tombstone that stays for its budget and for repeats alone. */
function isOnlyRemembered({ deletedAt, lookAgainAt, settling, revision }: Endpoint): boolean {
  return deletedAt !== null && lookAgainAt === null && settling.revision === revision
}

function storedEndpoints({ cloud }: World): readonly Endpoint[] {
  return [...cloud.state.table.endpoints.values()].map(({ endpoint }) => endpoint)
}

/** Ring, mirror, audit and events agree. */
async function checkAgreement(world: World): Promise<void> {
  for (const endpoint of storedEndpoints(world)) await checkEndpoint(world, endpoint)
  checkOrphans(world)
  checkAudit(world)
  checkEvents(world)
}

async function checkEndpoint(world: World, endpoint: Endpoint): Promise<void> {
  const { ledger, cloud } = world
  const isLive = endpoint.deletedAt === null
  mustHold(ledger, endpoint.settling.revision === endpoint.revision || !isLive, 'one sweep settles every change')
  if (isLive) checkFailures(world, endpoint)
  if (isLive && endpoint.settings.mirror === 'on') return checkMirror(world, endpoint)
  const mirror = cloud.state.vault.secrets.get(mirrorName('test', endpoint.tenantId, endpoint.id))
  mustHold(ledger, mirror?.deleted !== false, 'no mirror stays where none is wanted')
}

/** A rotation set the failures in a row to 0. */
function checkFailures({ cloud, ledger }: World, { tenantId, id, ring }: Endpoint): void {
  const failures = cloud.state.health.stored.get(`${tenantId}#${id}`)?.health.consecutiveFailures
  mustHold(ledger, failures === 0 || ring.version === 1, 'a rotation resets the failures')
}

const never = new AbortController().signal

async function checkMirror({ ledger, cloud }: World, endpoint: Endpoint): Promise<void> {
  const mirror = cloud.state.vault.secrets.get(mirrorName('test', endpoint.tenantId, endpoint.id))
  const versionId = mirrorVersionId(endpoint)
  mustHold(ledger, mirror?.deleted === false, 'a live endpoint has its mirror')
  mustHold(ledger, mirror?.labels.get('AWSCURRENT') === versionId, 'AWSCURRENT is the version of the ring')
  mustHold(ledger, endpoint.settling.mirrorVersionId === versionId, 'the mirrored version is known')
  const { consumers } = endpoint.settings
  const policy = consumers.length === 0 ? null : JSON.stringify(consumers)
  mustHold(ledger, mirror?.policy === policy, 'the consumers, and nobody else, read the mirror')
  const opened = await openRing(cloud.services, endpoint, { known: new Map(), signal: never })
  const document = mirrorDocument(endpoint, opened).reveal()
  mustHold(ledger, mirror?.documents.get(versionId) === document, 'the mirror holds the ring')
}

function checkOrphans(world: World): void {
  const { ledger, cloud } = world
  const owned = new Set(storedEndpoints(world).map(({ tenantId, id }) => mirrorName('test', tenantId, id)))
  for (const [name, { deleted }] of cloud.state.vault.secrets) {
    mustHold(ledger, deleted || owned.has(name), 'no mirror outlives its endpoint')
  }
}

/** Exactly one record of each change of a ring, as it was made. */
function checkAudit({ cloud, ledger }: World): void {
  const records = [...cloud.state.audits.records.values()].filter(record => record.kind !== 'replay')
  const found = records.map(record => JSON.stringify(record)).sort()
  const expected = [...ledger.histories.values()].flat().flatMap(({ tenantId, id, changes }) => {
    const record = auditRecordOf(tenantId, id, changes[0])
    return record ? [JSON.stringify(record)] : []
  })
  mustHold(ledger, found.join() === expected.sort().join(), 'each change of a ring has exactly one audit record')
}

/** At least one event of each change, and none of anything else. */
function checkEvents({ cloud, ledger }: World): void {
  const { events } = cloud.state.published
  const found = new Set(events.flatMap(({ type, id }) => (type === 'secret.expired' ? [] : id)))
  const made = new Set([...ledger.histories.values()].flat().map(({ changes }) => changes[0].id))
  mustHold(
    ledger,
    [...made].every(id => found.has(id)),
    'each change has an event',
  )
  mustHold(
    ledger,
    [...found].every(id => made.has(id)),
    'each event has a change',
  )
}

/** The sweep comes by after each end that is left: then the end of every key was told, and no other. */
export async function checkEndsTold(world: World): Promise<void> {
  for (let ends = earliestEnd(world); ends !== null; ends = earliestEnd(world)) {
    await advanceTo(world, Math.max(ends, world.clock))
    for (let sweeps = 0; sweeps < 3; sweeps++) await runCalmly(world, { kind: 'sweep' })
    mustHold(world.ledger, earliestEnd(world) !== ends, 'a sweep tells the end that it came by for')
    if (world.ledger.violation !== null) return
  }
  const { ledger, cloud } = world
  const { events } = cloud.state.published
  const told = new Set(events.flatMap(({ type, id }) => (type === 'secret.expired' ? id : [])))
  const expected = new Set([...ledger.histories.values()].flatMap(history => endsIn(history, world.clock)))
  mustHold(
    ledger,
    [...expected].every(id => told.has(id)),
    'the end of each key has an event',
  )
  mustHold(
    ledger,
    [...told].every(id => expected.has(id)),
    'each event of an end has a key that ended',
  )
}

function earliestEnd(world: World): number | null {
  const ends = storedEndpoints(world).flatMap(endpoint => endAt(endpoint)?.getTime() ?? [])
  return ends.length === 0 ? null : Math.min(...ends)
}

/** What ended in one life of an endpoint, by its states alone: at each change what it dropped, and what is over now. */
function endsIn(history: readonly Endpoint[], now: number): readonly string[] {
  return history.flatMap((state, place) => {
    const next = history[place + 1]
    const kept = next === undefined ? [] : allKeys(next).map(({ id }) => id)
    const until = next?.updatedAt.getTime() ?? now - clockSkewSeconds * 1000
    const isCut = next !== undefined && next.deletedAt === null
    if (state.deletedAt !== null) return []
    return allKeys(state).flatMap(({ id, expiresAt }) => {
      const end = expiresAt?.getTime() ?? Infinity
      const isOver = end <= until
      if (next?.deletedAt !== null && isOver) return [`end_${id}_${end}`]
      return isCut && !kept.includes(id) ? [`end_${id}_${Math.min(end, until)}`] : []
    })
  })
}
