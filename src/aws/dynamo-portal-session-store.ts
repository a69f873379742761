import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { Exchange, LivePortalSessions, PortalSession, PortalSessionStore } from '../access/portal-session'
import { scopes } from '../contracts/dimensions'
import { addSeconds } from '../core/instant'
import { isAbsent, outcomeOf } from './conditional-write'
import { portalEndingsKey, portalSessionItemKey } from './item-keys'
import { count, decodeItem, instant, orNull, toItem, valuesOf } from './items'
import { batchGet, getItem } from './queries'
import type { Table } from './table'

// A session holds how often all sessions of its subject, and of its tenant, had been ended when it was made: once they are
// ended again it is over. No clock has a say in that, and nothing has to be listed.

/** Portal sessions in DynamoDB. */
export function dynamoPortalSessionStore(table: Table): PortalSessionStore {
  return {
    ...livePortalSessions(table),
    create: session => create(table, session),
    exchange: (id, exchange) => exchangeOnce(table, id, exchange),
    end: (tenantId, id) => end(table, tenantId, id),
    endAll: (tenantId, subject) => endAll(table, tenantId, subject),
  }
}

/** What telling who calls takes, and no more. */
export function livePortalSessions(table: Table): LivePortalSessions {
  return { findLive: id => findLive(table, id) }
}

/** An item is kept for a day longer than its session: no clock is that wrong. */
const keptSeconds = 24 * 60 * 60

async function create(table: Table, session: PortalSession): Promise<void> {
  const endings = await endingsOf(table, session)
  const ttl = Math.floor(addSeconds(session.expiresAt, keptSeconds).getTime() / 1000)
  const Item = toItem({ ...portalSessionItemKey(session.id), ...session, ...endings, ttl })
  await table.client.send(new PutItemCommand({ TableName: table.name, Item, ConditionExpression: isAbsent }))
}

async function findLive(table: Table, id: string): Promise<PortalSession | null> {
  const item = await getItem(table, portalSessionItemKey(id))
  if (item === null) return null
  const { endedAt, subjectEndings, tenantEndings, ...session } = decodeItem(schema, item)
  if (endedAt !== null) return null
  const now = await endingsOf(table, session)
  return now.subjectEndings === subjectEndings && now.tenantEndings === tenantEndings ? session : null
}

interface Endings {
  readonly subjectEndings: number
  readonly tenantEndings: number
}

async function endingsOf(
  table: Table,
  { tenantId, subject }: Pick<PortalSession, 'tenantId' | 'subject'>,
): Promise<Endings> {
  const [ofSubject, ofTenant] = [portalEndingsKey(tenantId, subject), portalEndingsKey(tenantId, null)]
  const found = (await batchGet(table, [ofSubject, ofTenant], 'strong')).map(item => decodeItem(endingsSchema, item))
  const countedAt = (sk: string): number => found.find(item => item.sk === sk)?.endings ?? 0
  return { subjectEndings: countedAt(ofSubject.sk), tenantEndings: countedAt(ofTenant.sk) }
}

/** Where two exchange at once, the first one's stays, and both read it. */
async function exchangeOnce(table: Table, id: string, exchange: Exchange): Promise<PortalSession | null> {
  const update = new UpdateItemCommand({
    TableName: table.name,
    Key: toItem(portalSessionItemKey(id)),
    UpdateExpression: 'SET exchange = :exchange',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(exchange)',
    ExpressionAttributeValues: valuesOf({ exchange }),
  })
  await outcomeOf(table.client.send(update))
  return findLive(table, id)
}

async function end(table: Table, tenantId: string, id: string): Promise<boolean> {
  const update = new UpdateItemCommand({
    TableName: table.name,
    Key: toItem(portalSessionItemKey(id)),
    UpdateExpression: 'SET endedAt = :at',
    ConditionExpression: 'attribute_exists(pk) AND tenantId = :tenant',
    ExpressionAttributeValues: valuesOf({ at: new Date(), tenant: tenantId }),
  })
  return (await outcomeOf(table.client.send(update))) === 'stored'
}

async function endAll(table: Table, tenantId: string, subject: string | null): Promise<void> {
  const update = new UpdateItemCommand({
    TableName: table.name,
    Key: toItem(portalEndingsKey(tenantId, subject)),
    UpdateExpression: 'ADD endings :one',
    ExpressionAttributeValues: valuesOf({ one: 1 }),
  })
  await table.client.send(update)
}

const endingsSchema = v.object({ sk: v.string(), endings: count })

const schema = v.object({
  id: v.string(),
  tenantId: v.string(),
  subject: v.string(),
  displayName: orNull(v.string()),
  scopes: v.array(v.picklist(scopes)),
  endpointIds: orNull(v.array(v.string())),
  parentOrigins: v.array(v.string()),
  authenticatedAt: orNull(instant),
  returnUrl: orNull(v.string()),
  locale: orNull(v.string()),
  theme: orNull(v.picklist(['light', 'dark'])),
  via: v.object({ id: v.string(), sha256: v.string() }),
  createdAt: instant,
  expiresAt: instant,
  codeSha256: v.string(),
  exchange: orNull(v.object({ nonceSha256: v.string(), tokenSha256: v.string(), at: instant })),
  endedAt: orNull(instant),
  subjectEndings: count,
  tenantEndings: count,
})
