import { type EventSource, typesOf } from '../src/rotation/event-types'
import type { Conditions, Statement } from './iam-policy'

/** The control plane's functions. Each has a role of its own, so that it may do no more than it needs. */
export const functionNames = ['rotate', 'endpoints', 'deliver', 'sweep', 'access', 'portal'] as const
export type FunctionName = (typeof functionNames)[number]
export type ByFunction<Value> = Readonly<Record<FunctionName, Value>>

/** One value for each function. */
export function byFunction<Value>(valueOf: (name: FunctionName) => Value): ByFunction<Value> {
  return {
    rotate: valueOf('rotate'),
    endpoints: valueOf('endpoints'),
    deliver: valueOf('deliver'),
    sweep: valueOf('sweep'),
    access: valueOf('access'),
    portal: valueOf('portal'),
  }
}

/** ARNs of what the functions use. KMS keys are not among them: their own policies say who uses them (`kms-keys.ts`). */
export interface Reach {
  readonly table: string
  readonly dueIndex: string
  readonly subscriberIndex: string
  readonly queue: string
  readonly deadLetterQueue: string
  /** Pattern of the stage's mirrors; null: mirrors are off. */
  readonly mirrors: string | null
  readonly bus: string
  /** The queue that takes sweeps which failed or could not start. */
  readonly failedSweeps: string
}

/** What the function may do with data. Any other action, item or secret is denied. */
export function functionStatements(name: FunctionName, reach: Reach): readonly Statement[] {
  return statements[name](reach)
}

const statements: ByFunction<(reach: Reach) => readonly Statement[]> = {
  /** It has what it shows beside its bundle. */
  portal: () => [],
  rotate: ({ table, mirrors, bus }) => [
    items('Read', table, { actions: ['GetItem'], partitions: [endpoints, apiKeys, portalSessions, health] }),
    items('Change', table, { actions: ['PutItem', 'UpdateItem'], partitions: [endpoints, counts] }),
    items('ReadMany', table, { actions: ['BatchGetItem'], partitions: [portalEndings] }),
    items('Count', table, { actions: ['Query'], partitions: [endpoints] }),
    items('ResetFailures', table, { actions: ['UpdateItem'], partitions: [health] }),
    items('Record', table, { actions: ['PutItem', 'BatchWriteItem'], partitions: [auditRecords, tenantRecords] }),
    noteUse(table),
    ...writeMirrors(mirrors),
    publish(bus),
  ],
  endpoints: ({ table, queue, mirrors }) => [
    items('Read', table, {
      actions: ['GetItem'],
      partitions: [endpoints, apiKeys, portalSessions, health, deliveries],
    }),
    items('ReadMany', table, { actions: ['BatchGetItem'], partitions: [portalEndings, health, deliveries] }),
    items('List', table, { actions: ['Query'], partitions: [endpoints, auditRecords, tenantRecords, attempts] }),
    items('Change', table, { actions: ['UpdateItem'], partitions: [endpoints, counts, health] }),
    items('SendAgain', table, { actions: ['PutItem'], partitions: [deliveries] }),
    noteUse(table),
    ...shareMirrors(mirrors),
    send(queue),
  ],
  deliver: ({ table, subscriberIndex, queue, deadLetterQueue, bus }) => [
    { Sid: 'FindSubscribers', Effect: 'Allow', Action: ['dynamodb:Query'], Resource: [subscriberIndex] },
    items('Read', table, {
      actions: ['GetItem'],
      partitions: [endpoints, apiKeys, portalSessions, health, deliveries],
    }),
    items('ReadMany', table, { actions: ['BatchGetItem'], partitions: [endpoints, portalEndings, health, deliveries] }),
    items('Recover', table, { actions: ['Query'], partitions: [attempts] }),
    items('Count', table, { actions: ['PutItem', 'UpdateItem'], partitions: [health] }),
    items('Record', table, { actions: ['PutItem', 'BatchWriteItem'], partitions: [deliveries, attempts] }),
    noteUse(table),
    workOn(queue),
    send(queue, deadLetterQueue),
    publishOwn('deliver', bus),
  ],
  sweep: ({ table, dueIndex, queue, mirrors, bus, failedSweeps }) => [
    { Sid: 'FindDue', Effect: 'Allow', Action: ['dynamodb:Query'], Resource: [dueIndex] },
    items('Settle', table, { actions: ['GetItem', 'UpdateItem', 'DeleteItem'], partitions: [endpoints] }),
    items('Record', table, { actions: ['PutItem', 'BatchWriteItem'], partitions: [auditRecords, tenantRecords] }),
    items('Recover', table, { actions: ['GetItem', 'UpdateItem'], partitions: [health] }),
    items('PutBack', table, { actions: ['GetItem', 'PutItem'], partitions: [deliveries] }),
    send(queue),
    ...writeMirrors(mirrors),
    ...(mirrors === null ? [] : [onMirrors('LookAtMirrors', mirrors, ['GetResourcePolicy'])]),
    publish(bus),
    { Sid: 'ReportFailedSweeps', Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [failedSweeps] },
  ],
  access: ({ table, bus }) => [
    items('Read', table, { actions: ['GetItem'], partitions: [apiKeys, apiKeyList, portalSessions] }),
    items('ReadMany', table, { actions: ['BatchGetItem'], partitions: [apiKeys, portalEndings] }),
    items('List', table, { actions: ['Query'], partitions: [apiKeyList] }),
    items('Make', table, {
      actions: ['PutItem'],
      partitions: [apiKeys, apiKeyList, portalSessions, portalEndings, tenantRecords],
    }),
    items('End', table, {
      actions: ['UpdateItem'],
      partitions: [apiKeys, portalSessions, portalEndings, tenantRecords],
    }),
    publishOwn('access', bus),
  ],
}

/**
 * Partition keys, as patterns: each kind of item has partitions of its own (`src/aws/item-keys.ts`).
 */
const endpoints = 'TENANT#*'
/** How many endpoints each tenant has. Changed in one transaction with an endpoint, so one statement allows both. */
const counts = 'COUNT#*'
const auditRecords = 'ENDPOINT#*'
const apiKeys = 'APIKEY#*'
const apiKeyList = 'APIKEYS'
const portalSessions = 'PORTAL#*'
/** How often all portal sessions of a subject, or of a tenant, were ended. */
const portalEndings = 'PORTALS#*'
/** All that happened to a tenant, once more; what happened to its access is put in one transaction with what it tells of. */
const tenantRecords = 'AUDIT#*'
/** Deliveries, and the payloads of their events. */
const deliveries = 'DELIVERIES#*'
const attempts = 'ATTEMPTS#*'
const health = 'HEALTH#*'

interface ItemAccess {
  readonly actions: readonly string[]
  readonly partitions: readonly string[]
}

/** Only items of these partitions, and only in calls that name a partition: never the whole table. */
function items(sid: string, table: string, { actions, partitions }: ItemAccess): Statement {
  const Condition: Conditions = {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  }
  return {
    Sid: sid,
    Effect: 'Allow',
    Action: actions.map(action => `dynamodb:${action}`),
    Resource: [table],
    Condition,
  }
}

/**
 * Writes down that an API key was used, and nothing else of it: every attribute that the call names, in its expressions too,
 * is one of these.
 */
function noteUse(table: string): Statement {
  const { Condition, ...statement } = items('NoteUse', table, { actions: ['UpdateItem'], partitions: [apiKeys] })
  const attributes = { 'dynamodb:Attributes': ['pk', 'sk', 'lastUsedAt'] }
  return { ...statement, Condition: { ...Condition, 'ForAllValues:StringEquals': attributes } }
}

function send(...queues: readonly string[]): Statement {
  return { Sid: 'Queue', Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: queues }
}

/** The permissions with which Lambda feeds a function from a queue. */
function workOn(queue: string): Statement {
  const Action = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
  return { Sid: 'WorkOnQueue', Effect: 'Allow', Action, Resource: [queue] }
}

/** Everything with a mirror but reading its value. */
function writeMirrors(mirrors: string | null): readonly Statement[] {
  const actions = [
    'CreateSecret',
    'TagResource',
    'UntagResource',
    'UpdateSecret',
    'PutSecretValue',
    'UpdateSecretVersionStage',
    'DescribeSecret',
    'DeleteSecret',
    'RestoreSecret',
  ]
  if (mirrors === null) return []
  return [onMirrors('WriteMirrors', mirrors, actions), ...shareMirrors(mirrors)]
}

/** Says who reads a mirror, never everybody. */
function shareMirrors(mirrors: string | null): readonly Statement[] {
  if (mirrors === null) return []
  const Condition: Conditions = { Bool: { 'secretsmanager:BlockPublicPolicy': 'true' } }
  return [
    { ...onMirrors('ShareMirrors', mirrors, ['PutResourcePolicy']), Condition },
    onMirrors('UnshareMirrors', mirrors, ['DeleteResourcePolicy']),
  ]
}

function onMirrors(sid: string, mirrors: string, actions: readonly string[]): Statement {
  const Action = actions.map(action => `secretsmanager:${action}`)
  return { Sid: sid, Effect: 'Allow', Action, Resource: [mirrors] }
}

function publish(bus: string): Statement {
  return { Sid: 'Publish', Effect: 'Allow', Action: ['events:PutEvents'], Resource: [bus] }
}

/** Its own events alone: neither who talks to receivers nor who makes API keys can say that a key was rotated. IAM looks at each entry. */
function publishOwn(source: EventSource, bus: string): Statement {
  const Condition: Conditions = {
    StringEquals: { 'events:source': 'keyturn', 'events:detail-type': typesOf(source) },
  }
  return { ...publish(bus), Condition }
}
