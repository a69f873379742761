import { createServer, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { closeServer, listen } from '../../../local/listen'
import type { AwsCall } from '../../unit/infra/support/evaluate-policy'
import { accountId } from '../../unit/infra/support/synthesised-policies'

/** One call to AWS, as it came over the wire. */
export interface RecordedCall {
  /** `X-Amz-Target`: service and operation. */
  readonly target: string
  readonly body: unknown
}

export interface CallRecorder {
  readonly url: string
  readonly calls: readonly RecordedCall[]
  stop(): Promise<void>
}

/** Stands before AWS, passes every call on and keeps it. */
export async function startCallRecorder(awsUrl: string): Promise<CallRecorder> {
  const calls: RecordedCall[] = []
  const server = createServer((incoming, response) => {
    void buffer(incoming).then(body => {
      calls.push({ target: String(incoming.headers['x-amz-target']), body: JSON.parse(body.toString()) })
      const options = { method: incoming.method, headers: incoming.headers }
      const outgoing = request(new URL(incoming.url ?? '/', awsUrl), options, reply => {
        response.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(response)
      })
      outgoing.on('error', () => response.destroy())
      outgoing.end(body)
    })
  })
  const url = await listen(server, 0)
  return { url, calls, stop: () => closeServer(server) }
}

const region = 'eu-central-1'

/** The calls that IAM decides on. What Secrets Manager asks of KMS by itself is not among them. */
export function iamCalls({ target, body }: RecordedCall): readonly AwsCall[] {
  const [service = '', operation = ''] = target.split('.')
  const members = Object(body) as Body
  switch (service) {
    case 'DynamoDB_20120810':
      return dynamoDbCalls(operation, members)
    case 'secretsmanager':
      return secretsManagerCalls(operation, members)
    case 'TrentService':
      return [kmsCall(operation, members)]
    case 'AWSEvents':
      return [eventsCall(operation, members)]
    case 'AmazonSQS':
      return [
        plain(`sqs:${operation}`, `arn:aws:sqs:${region}:${accountId}:${lastSegment(nameIn(members, 'QueueUrl'))}`),
      ]
    default:
      throw new RangeError(`what is ${target}?`)
  }
}

/** By member, as AWS names them. */
type Body = Readonly<Record<string, unknown>>

/** A transaction is allowed by the permissions of the writes in it, each seen with the keys of all. */
function dynamoDbCalls(operation: string, body: Body): readonly AwsCall[] {
  if (operation !== 'TransactWriteItems') return [dynamoDbCall(operation, body)]
  const writes = Object.values(Object(body.TransactItems)).flatMap(each => Object.entries(Object(each)))
  const keys = writes.map(([, write]) => partitionOf(Object(write)))
  return writes.map(([kind, write]) => ({
    action: `dynamodb:${kind}Item`,
    resource: tableArn(nameIn(Object(write), 'TableName')),
    context: { 'dynamodb:LeadingKeys': keys, ...attributesOf(Object(write)) },
  }))
}

const wordsOfExpressions = [
  ...(['SET', 'REMOVE', 'AND', 'OR', 'NOT', 'attribute_exists', 'attribute_not_exists'] as const),
  ...(['contains', 'begins_with', 'if_not_exists'] as const),
]

/** The attributes that a write names: its key's, its item's, and those of its expressions. */
function attributesOf({ Key, Item, UpdateExpression = '', ConditionExpression = '' }: Body): AwsCall['context'] {
  const expressions = `${String(UpdateExpression)} ${String(ConditionExpression)}`
  const named = expressions.match(/(?<![:.\w])[a-zA-Z]\w*/g) ?? []
  const names = [...Object.keys(Object(Key)), ...Object.keys(Object(Item)), ...named]
  const attributes = names.filter(name => !wordsOfExpressions.some(word => word === name))
  return attributes.length === 0 ? {} : { 'dynamodb:Attributes': [...new Set(attributes)] }
}

function dynamoDbCall(operation: string, body: Body): AwsCall {
  const [batch] = Object.entries(Object(body.RequestItems))
  const table = tableArn(batch?.[0] ?? nameIn(body, 'TableName'))
  const resource = body.IndexName === undefined ? table : `${table}/index/${nameIn(body, 'IndexName')}`
  const keys = batch === undefined ? [partitionOf(body)] : partitionsOf(batch[1])
  const context = { 'dynamodb:LeadingKeys': keys, ...attributesOf(body) }
  return { action: `dynamodb:${operation}`, resource, context }
}

function tableArn(name: string): string {
  return `arn:aws:dynamodb:${region}:${accountId}:table/${name}`
}

/** Of what a batch reads, `{Keys}`, or of the items that it puts. */
function partitionsOf(batch: unknown): readonly string[] {
  if (Array.isArray(batch)) return batch.map(each => textOf(Object(each).PutRequest.Item.pk))
  return Object(batch).Keys.map((key: Body) => textOf(key.pk))
}

/** The partition of the call's item key, item or query. A query's condition begins with `<partition key> = :<value>`. */
function partitionOf({ Key, Item, KeyConditionExpression, ExpressionAttributeValues }: Body): string {
  const item = Object(Key ?? Item)
  if (item.pk !== undefined) return textOf(item.pk)
  const [, name = ''] = /=\s*(:\w+)/.exec(nameIn({ KeyConditionExpression }, 'KeyConditionExpression')) ?? []
  return textOf(Object(ExpressionAttributeValues)[name])
}

/** The one value of an attribute as DynamoDB writes it. */
function textOf(attribute: unknown): string {
  return String(Object.values(Object(attribute))[0])
}

/** A secret that is made with tags needs the permission to tag as well. */
function secretsManagerCalls(operation: string, body: Body): readonly AwsCall[] {
  const name = nameIn(body, body.SecretId === undefined ? 'Name' : 'SecretId')
  const resource = `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-AbCdEf`
  const blocks = body.BlockPublicPolicy === true ? { 'secretsmanager:BlockPublicPolicy': 'true' } : {}
  const actions = operation === 'CreateSecret' && body.Tags !== undefined ? [operation, 'TagResource'] : [operation]
  return actions.map(action => ({ action: `secretsmanager:${action}`, resource, context: blocks }))
}

function kmsCall(operation: string, { EncryptionContext }: Body): AwsCall {
  const entries = Object.entries(Object(EncryptionContext) as Record<string, string>)
  const each = entries.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])
  const context = { 'kms:EncryptionContextKeys': entries.map(([key]) => key), ...Object.fromEntries(each) }
  return { action: `kms:${operation}`, resource: 'ring', context }
}

/** IAM looks at each entry. */
function eventsCall(operation: string, body: Body): AwsCall {
  const entries: readonly Body[] = Object(body.Entries)
  const context = {
    'events:source': entries.map(entry => nameIn(entry, 'Source')),
    'events:detail-type': entries.map(entry => nameIn(entry, 'DetailType')),
  }
  const resource = `arn:aws:events:${region}:${accountId}:event-bus/${busOf(body)}`
  return { action: `events:${operation}`, resource, context }
}

function busOf({ Entries }: Body): string {
  return lastSegment(nameIn(Object(Entries)[0], 'EventBusName'))
}

function nameIn(body: Body, member: string): string {
  const name = body[member]
  if (typeof name !== 'string') throw new TypeError(`the call has no ${member}`)
  return name
}

function plain(action: string, resource: string): AwsCall {
  return { action, resource, context: {} }
}

function lastSegment(address: string): string {
  return address.split('/').at(-1) ?? ''
}
