import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type {
  Exchange,
  LivePortalSessions,
  PortalEnding,
  PortalSession,
  PortalSessionStore,
} from '../access/portal-session'
import { recordOfAllEnded, recordOfSession, recordOfSessionEnd } from '../access/tenant-record'
import { scopes } from '../contracts/dimensions'
import { addSeconds } from '../core/instant'
import { isAbsent, outcomeOf } from './conditional-write'
import { portalEndingsKey, portalSessionItemKey } from './item-keys'
import { count, decodeItem, instant, orNull, toItem, valuesOf } from './items'
import { batchGet, getItem } from './queries'
import type { Table } from './table'
import { putTenantRecord } from './tenant-records'
import { writeTogether } from './transaction'

// A session holds how often all sessions of its subject, and of its tenant, had been ended when it was made: once they are
// ended again it is over. No clock has a say in that, and nothing has to be listed.

/** Portal sessions in DynamoDB. */
export function dynamoPortalSessionStore(table: Table): PortalSessionStore {
  return {
    ...livePortalSessions(table),
    create: session => create(table, session),
    exchange: (id, exchange) => exchangeOnce(table, id, exchange),
    end: (tenantId, id, ending) => end(table, { tenantId, id, ending }),
    endAll: (tenantId, subject, ending) => endAll(table, { tenantId, subject, ending }),
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
  const put = { Put: { TableName: table.name, Item, ConditionExpression: isAbsent } }
  const failed = await writeTogether(table, [put, putTenantRecord(table, recordOfSession(session))])
  if (failed.length > 0) throw new RangeError('the id is taken')
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

interface End {
  readonly tenantId: string
  readonly id: string
  readonly ending: PortalEnding
}

/** Where two end at once, the first one's record is written. */
async function end(table: Table, { tenantId, id, ending }: End): Promise<boolean> {
  const item = await getItem(table, portalSessionItemKey(id))
  if (item === null) return false
  const { endedAt, subjectEndings: _subject, tenantEndings: _tenant, ...session } = decodeItem(schema, item)
  if (session.tenantId !== tenantId) return false
  if (endedAt !== null) return true
  const update = {
    TableName: table.name,
    Key: toItem(portalSessionItemKey(id)),
    UpdateExpression: 'SET endedAt = :at',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(endedAt)',
    ExpressionAttributeValues: valuesOf({ at: ending.at }),
  }
  await writeTogether(table, [{ Update: update }, putTenantRecord(table, recordOfSessionEnd(session, ending))])
  return true
}

interface EndAll {
  readonly tenantId: string
  readonly subject: string | null
  readonly ending: PortalEnding
}

async function endAll(table: Table, { tenantId, subject, ending }: EndAll): Promise<void> {
  const update = {
    TableName: table.name,
    Key: toItem(portalEndingsKey(tenantId, subject)),
    UpdateExpression: 'ADD endings :one',
    ExpressionAttributeValues: valuesOf({ one: 1 }),
  }
  const record = recordOfAllEnded(tenantId, subject, ending)
  await writeTogether(table, [{ Update: update }, putTenantRecord(table, record)])
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
