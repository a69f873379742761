import { auditRecordOf } from '../../src/rotation/change'
import type { Endpoint } from '../../src/rotation/endpoint'
import { openRing } from '../../src/rotation/keys'
import { mirrorDocument, mirrorName, mirrorVersionId } from '../../src/rotation/mirror'
import { mustHold } from './ledger'
import type { World } from './world'

const never = new AbortController().signal

/** Ring, mirror, audit and events agree. Faults have stopped, late calls have arrived and the sweep has been. */
export async function checkAgreement(world: World): Promise<void> {
  for (const { endpoint } of world.cloud.state.table.endpoints.values()) await checkEndpoint(world, endpoint)
  checkOrphans(world)
  checkAudit(world)
  checkEvents(world)
}

/** Nothing is left for the sweep but tombstones that wait to be forgotten. */
export function checkNoneDue({ cloud, ledger }: World): void {
  for (const { endpoint } of cloud.state.table.endpoints.values()) {
    mustHold(ledger, endpoint.dueAt === null || isForgotten(endpoint), 'nothing is due in the end')
  }
}

export function checkNoTombstone({ cloud, ledger }: World): void {
  const stored = [...cloud.state.table.endpoints.values()]
  mustHold(
    ledger,
    stored.every(({ endpoint }) => endpoint.deletedAt === null),
    'tombstones are dropped in the end',
  )
}

/** A tombstone that stays for its budget and for repeats alone. */
export function isForgotten({ deletedAt, lookAgainAt, settling, revision }: Endpoint): boolean {
  return deletedAt !== null && lookAgainAt === null && settling.revision === revision
}

async function checkEndpoint(world: World, endpoint: Endpoint): Promise<void> {
  const { ledger, cloud } = world
  const mirror = cloud.state.vault.secrets.get(mirrorName('test', endpoint.tenantId, endpoint.id))
  const isLive = endpoint.deletedAt === null
  mustHold(ledger, endpoint.settling.revision === endpoint.revision || !isLive, 'one sweep settles every change')
  if (isLive) checkFailures(world, endpoint)
  if (!isLive || endpoint.settings.mirror === 'off') {
    return mustHold(ledger, mirror?.deleted !== false, 'no mirror stays where none is wanted')
  }
  const versionId = mirrorVersionId(endpoint)
  mustHold(ledger, mirror?.deleted === false, 'a live endpoint has its mirror')
  mustHold(ledger, mirror?.labels.get('AWSCURRENT') === versionId, 'AWSCURRENT is the version of the ring')
  mustHold(ledger, endpoint.settling.mirrorVersionId === versionId, 'the mirrored version is known')
  const opened = await openRing(cloud.services, endpoint, { known: new Map(), signal: never })
  const document = mirrorDocument(endpoint, opened).reveal()
  mustHold(ledger, mirror?.documents.get(versionId) === document, 'the mirror holds the ring')
}

/** A rotation set the failures in a row to 0. */
function checkFailures({ cloud, ledger }: World, { tenantId, id, ring }: Endpoint): void {
  const failures = cloud.state.health.stored.get(`${tenantId}#${id}`)?.health.consecutiveFailures
  mustHold(ledger, failures === 0 || ring.version === 1, 'a rotation resets the failures')
}

function checkOrphans({ cloud, ledger }: World): void {
  const { table, vault } = cloud.state
  const owned = new Set(
    [...table.endpoints.values()].map(({ endpoint: { tenantId, id } }) => mirrorName('test', tenantId, id)),
  )
  for (const [name, { deleted }] of vault.secrets) {
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
  const found = new Set(cloud.state.published.events.map(event => event.id))
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
