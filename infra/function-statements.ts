import type { FunctionName } from './control-plane-function'

/** One statement of an IAM policy. It allows; nothing here denies. */
export interface Statement {
  readonly Sid: string
  readonly Effect: 'Allow'
  /** In policies of resources only. */
  readonly Principal?: { readonly AWS: string | readonly string[] } | { readonly Service: string }
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Conditions
}

/** Who may assume a role. */
export type TrustStatement = Omit<Statement, 'Resource'>

/** By operator, then by key. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

export function policyDocument(statements: readonly (Statement | TrustStatement)[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

/** ARNs of what the functions reach. KMS keys are not among them: their own policies say who uses them. */
export interface Reach {
  readonly table: string
  readonly dueIndex: string
  readonly subscriberIndex: string
  readonly queue: string
  readonly deadLetterQueue: string
  /** Pattern of the stage's mirrors; null: mirrors are off. */
  readonly mirrors: string | null
  readonly bus: string
}

/** What each function may do with data. Any other action, item or secret is denied. */
export function functionStatements(name: FunctionName, reach: Reach): readonly Statement[] {
  return statements[name](reach)
}

const statements: Readonly<Record<FunctionName, (reach: Reach) => readonly Statement[]>> = {
  rotate: ({ table, mirrors, bus }) => [
    items('Read', table, { actions: ['GetItem'], partitions: [endpoints, apiKeys, health] }),
    items('Change', table, { actions: ['PutItem', 'UpdateItem'], partitions: [endpoints] }),
    items('ResetFailures', table, { actions: ['UpdateItem'], partitions: [health] }),
    items('Record', table, { actions: ['PutItem'], partitions: [auditRecords] }),
    ...writeMirrors(mirrors),
    publish(bus),
  ],
  endpoints: ({ table, queue }) => [
    items('Read', table, { actions: ['GetItem'], partitions: [endpoints, apiKeys, health, deliveries] }),
    items('ReadMany', table, { actions: ['BatchGetItem'], partitions: [health, deliveries] }),
    items('List', table, { actions: ['Query'], partitions: [endpoints, auditRecords, attempts] }),
    items('Change', table, { actions: ['UpdateItem'], partitions: [endpoints, health] }),
    items('SendAgain', table, { actions: ['PutItem'], partitions: [deliveries] }),
    send(queue),
  ],
  deliver: ({ table, subscriberIndex, queue, deadLetterQueue }) => [
    { Sid: 'FindSubscribers', Effect: 'Allow', Action: ['dynamodb:Query'], Resource: [subscriberIndex] },
    items('Read', table, { actions: ['GetItem'], partitions: [endpoints, apiKeys, health, deliveries] }),
    items('ReadMany', table, { actions: ['BatchGetItem'], partitions: [health] }),
    items('Count', table, { actions: ['PutItem', 'UpdateItem'], partitions: [health] }),
    items('Record', table, { actions: ['PutItem'], partitions: [deliveries, attempts] }),
    workOn(queue),
    send(queue, deadLetterQueue),
  ],
  sweep: ({ table, dueIndex, queue, mirrors, bus }) => [
    { Sid: 'FindDue', Effect: 'Allow', Action: ['dynamodb:Query'], Resource: [dueIndex] },
    items('Settle', table, { actions: ['GetItem', 'UpdateItem', 'DeleteItem'], partitions: [endpoints] }),
    items('ResetFailures', table, { actions: ['UpdateItem'], partitions: [health] }),
    items('Record', table, { actions: ['PutItem'], partitions: [auditRecords] }),
    items('PutBack', table, { actions: ['GetItem', 'PutItem'], partitions: [deliveries] }),
    send(queue),
    ...writeMirrors(mirrors),
    publish(bus),
  ],
}

/**
 * Partition keys, as patterns: each kind of item has partitions of its own (`src/aws/item-keys.ts` and
 * `delivery-item-key.ts`). The list of API keys, `APIKEYS`, is nobody's here: operators alone read it.
 */
const endpoints = 'TENANT#*'
const auditRecords = 'ENDPOINT#*'
const apiKeys = 'APIKEY#*'
/** With the payloads of their events. */
const deliveries = 'DELIVERIES#*'
const attempts = 'ATTEMPTS#*'
const health = 'HEALTH#*'

interface Access {
  readonly actions: readonly string[]
  readonly partitions: readonly string[]
}

function items(sid: string, table: string, { actions, partitions }: Access): Statement {
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

function send(...queues: readonly string[]): Statement {
  return { Sid: 'Queue', Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: queues }
}

/** What Lambda needs of the role to feed a function from a queue. */
function workOn(queue: string): Statement {
  const Action = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
  return { Sid: 'WorkOnQueue', Effect: 'Allow', Action, Resource: [queue] }
}

/** Reading a mirror's value is not among it. */
function writeMirrors(mirrors: string | null): readonly Statement[] {
  if (mirrors === null) return []
  const actions = [
    'CreateSecret',
    'TagResource',
    'PutSecretValue',
    'UpdateSecretVersionStage',
    'DescribeSecret',
    'DeleteResourcePolicy',
    'DeleteSecret',
    'RestoreSecret',
  ]
  const Action = actions.map(action => `secretsmanager:${action}`)
  return [
    { Sid: 'WriteMirrors', Effect: 'Allow', Action, Resource: [mirrors] },
    {
      Sid: 'ShareMirrors',
      Effect: 'Allow',
      Action: ['secretsmanager:PutResourcePolicy'],
      Resource: [mirrors],
      Condition: { Bool: { 'secretsmanager:BlockPublicPolicy': 'true' } },
    },
  ]
}

function publish(bus: string): Statement {
  return { Sid: 'Publish', Effect: 'Allow', Action: ['events:PutEvents'], Resource: [bus] }
}
