import type { Call } from '../../unit/infra/support/evaluate-policy'
import { accountId } from '../../unit/infra/support/resolve-arns'
import type { RecordedCall } from './call-recorder'

type Body = Readonly<Record<string, unknown>>

const region = 'eu-central-1'

/** The calls as IAM decides on them. What Secrets Manager asks of KMS itself is not among them. */
export function iamCalls({ target, body }: RecordedCall): readonly Call[] {
  const [service = '', operation = ''] = target.split('.')
  const members = Object(body) as Body
  switch (service) {
    case 'DynamoDB_20120810':
      return [dynamoDbCall(operation, members)]
    case 'secretsmanager':
      return secretsManagerCalls(operation, members)
    case 'TrentService':
      return [kmsCall(operation, members)]
    case 'AWSEvents':
      return [plain(`events:${operation}`, `arn:aws:events:${region}:${accountId}:event-bus/${busOf(members)}`)]
    case 'AmazonSQS':
      return [
        plain(`sqs:${operation}`, `arn:aws:sqs:${region}:${accountId}:${lastSegment(nameIn(members, 'QueueUrl'))}`),
      ]
    default:
      throw new RangeError(`what is ${target}?`)
  }
}

function dynamoDbCall(operation: string, body: Body): Call {
  const [batch] = Object.entries(Object(body.RequestItems))
  const table = `arn:aws:dynamodb:${region}:${accountId}:table/${batch?.[0] ?? nameIn(body, 'TableName')}`
  const resource = body.IndexName === undefined ? table : `${table}/index/${nameIn(body, 'IndexName')}`
  const keys = batch === undefined ? [partitionOf(body)] : Object(batch[1]).Keys.map((key: Body) => textOf(key.pk))
  return { action: `dynamodb:${operation}`, resource, context: { 'dynamodb:LeadingKeys': keys } }
}

/** Of an item's key, an item, or a query, whose condition begins with `<partition key> = :<value>`. */
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
function secretsManagerCalls(operation: string, body: Body): readonly Call[] {
  const name = nameIn(body, body.SecretId === undefined ? 'Name' : 'SecretId')
  const resource = `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-AbCdEf`
  const blocks = body.BlockPublicPolicy === true ? { 'secretsmanager:BlockPublicPolicy': 'true' } : {}
  const actions = operation === 'CreateSecret' && body.Tags !== undefined ? [operation, 'TagResource'] : [operation]
  return actions.map(action => ({ action: `secretsmanager:${action}`, resource, context: blocks }))
}

function kmsCall(operation: string, { EncryptionContext }: Body): Call {
  const entries = Object.entries(Object(EncryptionContext) as Record<string, string>)
  const each = entries.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])
  const context = { 'kms:EncryptionContextKeys': entries.map(([key]) => key), ...Object.fromEntries(each) }
  return { action: `kms:${operation}`, resource: 'ring', context }
}

function busOf({ Entries }: Body): string {
  return lastSegment(nameIn(Object(Entries)[0], 'EventBusName'))
}

function nameIn(body: Body, member: string): string {
  const name = body[member]
  if (typeof name !== 'string') throw new TypeError(`the call has no ${member}`)
  return name
}

function plain(action: string, resource: string): Call {
  return { action, resource, context: {} }
}

function lastSegment(address: string): string {
  return address.split('/').at(-1) ?? ''
}
