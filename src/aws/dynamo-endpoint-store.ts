import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import { type Change, dueKindOf, type Endpoint, type PolicySettling } from '../rotation/endpoint'
import type {
  DueEndpoint,
  DueRange,
  EndpointAddress,
  EndpointStore,
  Page,
  PageRequest,
  Settled,
  Vacancy,
} from '../rotation/ports'
import { kindItem, step } from './change-kind'
import { isAbsent, outcomeOf } from './conditional-write'
import { duePages, dueShardOf } from './due-index'
import { writeCounted } from './endpoint-count'
import { endpointAddressOf, endpointItemKey, endpointPrefix, tenantPartition } from './item-keys'
import { count, decodeItem, instant, type Item, oneOrMore, orNull, toItem, updateOf, valuesOf } from './items'
import { getItem, pageOf, type Query, queryItems } from './queries'
import type { Table } from './table'

// The clauses of the conditions. DynamoDB checks them and writes in one step: of several writers that have read the same
// revision, one alone wins.

/** Nobody has changed the endpoint since the writer read it. */
const sameRevision = 'revision = :expected'
/** It is still the endpoint that the writer read, and not one that was made anew under the same id. */
const sameIncarnation = 'incarnation = :incarnation'
/** Settling has not come further since. */
const sameSettling = 'settling.revision = :settled'
/** It was not deleted. */
const isLive = 'attribute_not_exists(deletedAt)'
/** It was deleted, and what is left of it waits to be dropped. */
const isTombstone = 'attribute_exists(deletedAt)'

/**
 * Endpoints in DynamoDB. Every write is conditional; a failed condition is a `conflict`. What makes an endpoint live, or
 * ends its life, is one transaction with the count of its tenant's endpoints.
 */
export function dynamoEndpointStore(table: Table): EndpointStore {
  return {
    commit: (endpoint, expectedRevision) => commit(table, endpoint, expectedRevision),
    create: (endpoint, vacancy) => create(table, endpoint, vacancy),
    settle: (endpoint, settled, signal) => outcomeOf(settle({ ...table, signal }, endpoint, settled)),
    settlePolicy: (endpoint, policy, signal) => outcomeOf(settlePolicy({ ...table, signal }, endpoint, policy)),
    drop: (endpoint, signal) => outcomeOf(drop({ ...table, signal }, endpoint)),
    load: address => load(table, address),
    list: (tenantId, page) => list(table, tenantId, page),
    due: range => due(table, range),
  }
}

/**
 * The commit of a change: a rotation is this one conditional write. Before it nothing has happened, after it the new key
 * signs. It leaves `settling` alone, which only settling writes. `lookAgainAt` and `dueAt` are written by both: a change
 * takes the revision on, so that a settling which was under way is refused and cannot undo them. A deletion takes the
 * endpoint out of its tenant's count, too.
 */
async function commit(table: Table, endpoint: Endpoint, expected: number): Promise<'stored' | 'conflict'> {
  const { incarnation, revision, pausedSince, resumedAt, ring, published, updatedAt, deletedAt, lookAgainAt } = endpoint
  const settings = settingsItem(endpoint)
  const changes = endpoint.changes.map(changeItem)
  const times = { pausedSince, resumedAt, updatedAt, deletedAt, lookAgainAt }
  const owned = { revision, settings, ring, published, changes, ...times }
  const update = {
    TableName: table.name,
    Key: itemKeyOf(endpoint),
    ConditionExpression: `${sameIncarnation} AND ${sameRevision} AND ${isLive}`,
    ...updateOf({ ...owned, ...dueAttributes(endpoint) }, { incarnation, expected }),
  }
  if (deletedAt === null) return outcomeOf(table.client.send(new UpdateItemCommand(update)))
  const outcome = await writeCounted(table, { ...countedOf(endpoint), write: { Update: update }, most: null })
  return outcome === 'stored' ? 'stored' : 'conflict'
}

function create(table: Table, endpoint: Endpoint, vacancy: Vacancy): Promise<'stored' | 'conflict' | 'full'> {
  const { replaces, mostEndpoints } = vacancy
  const condition =
    replaces === null
      ? { ConditionExpression: isAbsent }
      : {
          ConditionExpression: `${isTombstone} AND ${sameRevision}`,
          ExpressionAttributeValues: valuesOf({ expected: replaces }),
        }
  const put = { TableName: table.name, Item: endpointItem(endpoint), ...condition }
  return writeCounted(table, { ...countedOf(endpoint), write: { Put: put }, most: mostEndpoints })
}

function countedOf({ tenantId, updatedAt }: Endpoint) {
  return { tenantId, live: liveEndpoints(tenantId), at: updatedAt }
}

/** A table, and when to give a call to it up. */
interface AbortableTable extends Table {
  readonly signal: AbortSignal
}

/** Sets what settling owns, so that it cannot undo a change. */
function settle({ client, name, signal }: AbortableTable, endpoint: Endpoint, settled: Settled): Promise<object> {
  const { incarnation, revision } = endpoint
  const { settling, lookAgainAt } = settled
  const update = new UpdateItemCommand({
    TableName: name,
    Key: itemKeyOf(endpoint),
    ConditionExpression: `${sameIncarnation} AND ${sameRevision}`,
    ...updateOf(
      { settling, lookAgainAt, ...dueAttributes({ ...endpoint, ...settled }) },
      { incarnation, expected: revision },
    ),
  })
  return client.send(update, { abortSignal: signal })
}

/** Sets how far the mirror's policy is and nothing else: the change stays unsettled, and due. */
function settlePolicy(
  { client, name, signal }: AbortableTable,
  endpoint: Endpoint,
  policy: PolicySettling,
): Promise<object> {
  const { incarnation, revision, settling } = endpoint
  const update = new UpdateItemCommand({
    TableName: name,
    Key: itemKeyOf(endpoint),
    UpdateExpression: 'SET settling.policy = :policy',
    ConditionExpression: `${sameIncarnation} AND ${sameRevision} AND ${sameSettling}`,
    ExpressionAttributeValues: valuesOf({ policy, incarnation, expected: revision, settled: settling.revision }),
  })
  return client.send(update, { abortSignal: signal })
}

function drop({ client, name, signal }: AbortableTable, endpoint: Endpoint): Promise<object> {
  const { incarnation, revision } = endpoint
  const remove = new DeleteItemCommand({
    TableName: name,
    Key: itemKeyOf(endpoint),
    ConditionExpression: `${sameIncarnation} AND ${sameRevision} AND ${isTombstone}`,
    ExpressionAttributeValues: valuesOf({ incarnation, expected: revision }),
  })
  return client.send(remove, { abortSignal: signal })
}

async function load(table: Table, address: EndpointAddress): Promise<Endpoint | null> {
  const item = await getItem(table, endpointItemKey(address))
  return item === null ? null : endpointOf(item)
}

async function list(table: Table, tenantId: string, { limit, after }: PageRequest): Promise<Page<Endpoint>> {
  const start = after === null ? null : endpointItemKey({ tenantId, endpointId: after })
  const items = await queryItems(table, liveEndpoints(tenantId), { after: start, limit: limit + 1 })
  return pageOf(items.map(endpointOf), limit, last => last.id)
}

function liveEndpoints(tenantId: string): Query {
  return {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    FilterExpression: isLive,
    ExpressionAttributeValues: valuesOf({ pk: tenantPartition(tenantId), prefix: endpointPrefix }),
    ConsistentRead: true,
  }
}

async function* due(table: Table, range: DueRange): AsyncGenerator<readonly DueEndpoint[], void> {
  for await (const items of duePages(table, range)) {
    yield items.map(({ dueAt, ...itemKey }) => ({ ...endpointAddressOf(itemKey), dueAt }))
  }
}

function itemKeyOf({ tenantId, id }: Endpoint): Item {
  return toItem(endpointItemKey({ tenantId, endpointId: id }))
}

/** The whole endpoint as an item; times that are null are left out. */
export function endpointItem(endpoint: Endpoint): Item {
  const { tenantId, id } = endpoint
  const itemKey = endpointItemKey({ tenantId, endpointId: id })
  const stored = { ...endpoint, changes: endpoint.changes.map(changeItem), settings: settingsItem(endpoint) }
  return toItem({ ...itemKey, ...stored, ...dueAttributes(endpoint) })
}

/** With the times that decide who gets an event: its receivers are found by an index that has of an endpoint little else. */
function settingsItem({ settings, createdAt, pausedSince, resumedAt }: Endpoint): object {
  return { ...settings, createdAt, pausedSince, resumedAt }
}

function changeItem(change: Change): object {
  return { ...change, ...kindItem(change.kind) }
}

/** Both or neither: what puts an endpoint into the index of what is due, or takes it out. */
function dueAttributes(endpoint: Endpoint): object {
  const { tenantId, id: endpointId, dueAt } = endpoint
  return { dueAt, dueShard: dueAt === null ? null : dueShardOf({ tenantId, endpointId }, dueKindOf(endpoint)) }
}

/**
 * A published key is newer than the one that signs. Where it is not, a function from before has made a key without knowing
 * of it, perhaps to end every other: it is over.
 * @throws {Error} that names the malformed attribute; only a key's expiry may be malformed, and is then long past
 */
function endpointOf(item: Item): Endpoint {
  const endpoint = decodeItem(schema, item)
  const {
    published: waiting,
    ring: { keys },
  } = endpoint
  return waiting !== null && waiting.key.createdAt <= keys[0].createdAt ? { ...endpoint, published: null } : endpoint
}

/** A key whose expiry cannot be read is expired: it must not live on as a current key. */
const expired = new Date(0)

const key = v.object({
  id: v.string(),
  sealed: v.string(),
  hint: v.string(),
  mask: v.nullable(v.string()),
  createdAt: instant,
  expiresAt: v.fallback(v.nullable(instant), expired),
  publication: v.exactOptional(
    v.object({ leadSeconds: count, overlapSeconds: count, promotedAt: v.exactOptional(instant) }),
  ),
  abandoned: v.exactOptional(v.literal(true)),
})

const ring = v.object({
  version: count,
  revision: count,
  keys: oneOrMore(key),
  rotatedAt: v.exactOptional(instant),
})

const published = v.object({
  key,
  signing: v.picklist(['published', 'manual']),
  leadSeconds: count,
  overlapSeconds: count,
  endsRetiring: v.exactOptional(v.literal(true)),
  unmirroredAt: v.exactOptional(instant),
})

export const actor = v.object({
  kind: v.picklist(['api-key', 'session', 'portal', 'keyturn']),
  id: v.string(),
  via: v.exactOptional(v.string()),
  sessionId: v.exactOptional(v.string()),
})

const shownSetting = v.nullable(v.union([v.string(), v.number(), v.array(v.string())]))
export const changedSettings = v.record(v.string(), v.object({ from: shownSetting, to: shownSetting }))

const storedChange = v.object({
  id: v.string(),
  kind: v.picklist(['create', 'rotate', 'revoke', 'update', 'delete']),
  step,
  revision: count,
  version: count,
  keyId: v.string(),
  at: instant,
  actor,
  reason: v.nullable(v.string()),
  overlapSeconds: v.nullable(count),
  revokedKeyIds: v.array(v.string()),
  idempotency: v.nullable(v.object({ hash: v.string(), fingerprint: v.string() })),
  changed: v.exactOptional(changedSettings),
  resetsFailures: v.exactOptional(v.literal(true)),
  resumes: v.exactOptional(v.literal(true)),
  ended: v.exactOptional(v.array(v.object({ keyId: v.string(), at: instant, version: count }))),
})

const change = v.pipe(
  storedChange,
  v.transform(({ step: taken, ...stored }) => ({ ...stored, kind: taken ?? stored.kind })),
)

export const settings = v.object({
  url: v.nullable(v.string()),
  description: v.string(),
  name: v.string(),
  eventTypes: v.array(v.string()),
  status: v.picklist(['active', 'paused']),
  mirror: v.picklist(['on', 'off']),
  requestConfig: v.object({ timeoutMs: count, headers: v.record(v.string(), v.string()) }),
  consumers: v.array(v.string()),
})

const settling = v.object({
  revision: count,
  mirrorVersionId: v.nullable(v.string()),
  readableSince: v.exactOptional(instant),
  failures: count,
  error: v.nullable(v.string()),
  policy: v.exactOptional(
    v.object({
      consumers: orNull(v.array(v.string())),
      refused: v.exactOptional(v.array(v.string())),
      failures: count,
      error: orNull(v.string()),
      dueAt: orNull(instant),
      fromRequest: v.exactOptional(v.literal(true)),
    }),
  ),
  endsToldUntil: v.exactOptional(instant),
  dailyLookAt: v.exactOptional(instant),
})

const schema = v.object({
  tenantId: v.string(),
  id: v.string(),
  contract: v.string(),
  incarnation: v.string(),
  revision: count,
  settings,
  pausedSince: orNull(instant),
  resumedAt: orNull(instant),
  ring,
  published: orNull(published),
  changes: oneOrMore(change),
  settling,
  createdAt: instant,
  updatedAt: instant,
  deletedAt: orNull(instant),
  lookAgainAt: orNull(instant),
  dueAt: orNull(instant),
})
