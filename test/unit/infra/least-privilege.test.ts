import { describe, expect, it } from '@jest/globals'
import { type FunctionName, functionNames } from '../../../infra/function-statements'
import type { Statement } from '../../../infra/iam-policy'
import {
  apiKeyItemKey,
  apiKeyListingKey,
  attemptItemKey,
  deliveryItemKey,
  endpointCountKey,
  endpointItemKey,
  auditPartition,
  eventItemKey,
  healthItemKey,
  type ItemKey,
  tenantRecordItemKey,
} from '../../../src/aws/item-keys'
import { typeNames } from '../../../src/rotation/event-types'
import { type AwsCall, keyAllows } from './support/evaluate-policy'
import { minimal, resources, synthesise, type Synthesised } from './support/synthesise'
import { account, accountId, keyPolicy, mayCall, rolePolicy } from './support/synthesised-policies'

const stack = synthesise({ ...minimal, mirrorReaders: ['999988887777'] })
const place = `eu-central-1:${accountId}`
const table = `arn:aws:dynamodb:${place}:table/keyturn-dev`
const context = { 'kms:EncryptionContextKeys': ['tenant', 'endpoint', 'key'] }
const sealed = {
  ...context,
  'kms:EncryptionContext:tenant': 'org_1',
  'kms:EncryptionContext:endpoint': 'ep_1',
  'kms:EncryptionContext:key': 'key_1',
}
const mirror = `arn:aws:secretsmanager:${place}:secret:keyturn/dev/org_1/ep_1-AbCdEf`
const viaSecretsManager = { 'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com' }

const endpoint = { tenantId: 'org_1', endpointId: 'ep_1' }

/** A call for items under the keys that the code makes. */
function itemOf(...keys: readonly Pick<ItemKey, 'pk'>[]): Omit<AwsCall, 'action'> {
  return { resource: table, context: { 'dynamodb:LeadingKeys': keys.map(({ pk }) => pk) } }
}

/** The same call with the attributes that its expressions name, besides the item's key. */
function attributesOf(target: Omit<AwsCall, 'action'>, ...names: readonly string[]): Omit<AwsCall, 'action'> {
  return { ...target, context: { ...target.context, 'dynamodb:Attributes': ['pk', 'sk', ...names] } }
}

const bus = `arn:aws:events:${place}:event-bus/keyturn-dev`
const busTargets = Object.fromEntries(
  typeNames.map(type => [`the event bus, of ${type}`, { resource: bus, context: eventOf('keyturn', type) }]),
)
const anyEvent = [
  'the event bus',
  "the event bus, of a failed proof of somebody else's",
  ...Object.keys(busTargets),
].map(target => `events:PutEvents ${target}`)

/** What can be reached for, and how a call names it. */
const targets: Readonly<Record<string, Omit<AwsCall, 'action'>>> = {
  'an endpoint': itemOf(endpointItemKey(endpoint)),
  'a count of endpoints': itemOf(endpointCountKey('org_1')),
  'an endpoint and its count': itemOf(endpointItemKey(endpoint), endpointCountKey('org_1')),
  'a delivery': itemOf(deliveryItemKey({ tenantId: 'org_1', messageId: 'msg_1' }), eventItemKey('org_1', 'evt_1')),
  'an attempt': itemOf(attemptItemKey(endpoint, 'now')),
  health: itemOf(healthItemKey(endpoint)),
  'an audit record': itemOf({ pk: auditPartition(endpoint) }),
  'an API key': attributesOf(itemOf(apiKeyItemKey('0123')), 'lastUsedAt', 'permissions'),
  'the last use of an API key': attributesOf(itemOf(apiKeyItemKey('0123')), 'lastUsedAt'),
  'a record of a tenant': itemOf(tenantRecordItemKey('org_1', 'now')),
  'an audit record and that of its tenant': itemOf(
    { pk: auditPartition(endpoint) },
    tenantRecordItemKey('org_1', 'now'),
  ),
  'the list of API keys': itemOf(apiKeyListingKey('key_1')),
  'an API key, its place in the list and its record': itemOf(
    apiKeyItemKey('0123'),
    apiKeyListingKey('key_1'),
    tenantRecordItemKey('org_1', 'now'),
  ),
  'an API key and its record': itemOf(apiKeyItemKey('0123'), tenantRecordItemKey('org_1', 'now')),
  'an endpoint and an API key': itemOf(endpointItemKey(endpoint), apiKeyItemKey('0123')),
  'the whole table': { resource: table, context: {} },
  'the index due': { resource: `${table}/index/due`, context: { 'dynamodb:LeadingKeys': ['3'] } },
  'the index subscribers': { resource: `${table}/index/subscribers`, context: { 'dynamodb:LeadingKeys': ['org_1'] } },
  'another table': {
    resource: `arn:aws:dynamodb:${place}:table/other`,
    context: { 'dynamodb:LeadingKeys': ['TENANT#org_1'] },
  },
  'a mirror': { resource: mirror, context: {} },
  'a mirror, but not to everybody': { resource: mirror, context: { 'secretsmanager:BlockPublicPolicy': 'true' } },
  "another stage's mirror": { resource: mirror.replace('/dev/', '/prod/'), context: {} },
  'a secret of somebody else': { resource: `arn:aws:secretsmanager:${place}:secret:db-AbCdEf`, context: {} },
  'the ring key in its context': { resource: 'ring', context: sealed },
  'the ring key without a context': { resource: 'ring', context: {} },
  'the ring key in half its context': { resource: 'ring', context: { ...context, 'kms:EncryptionContext:key': 'k' } },
  'the ring key in a wider context': {
    resource: 'ring',
    context: { ...sealed, 'kms:EncryptionContextKeys': ['tenant', 'endpoint', 'key', 'more'] },
  },
  'the mirror key for a mirror': {
    resource: 'mirror',
    context: { ...viaSecretsManager, 'kms:EncryptionContext:SecretARN': mirror },
  },
  'the mirror key for a new mirror': {
    resource: 'mirror',
    context: { ...viaSecretsManager, 'kms:EncryptionContext:SecretARN': 'RequestToValidateKeyAccess' },
  },
  'the mirror key for a secret of somebody else': {
    resource: 'mirror',
    context: { ...viaSecretsManager, 'kms:EncryptionContext:SecretARN': `arn:aws:secretsmanager:${place}:secret:db` },
  },
  'the mirror key directly': { resource: 'mirror', context: { 'kms:EncryptionContext:SecretARN': mirror } },
  'the event bus': { resource: bus, context: eventOf('keyturn', 'anything') },
  ...busTargets,
  "the event bus, of a failed proof of somebody else's": {
    resource: bus,
    context: eventOf('other', 'secret.proof-failed'),
  },
  'the default event bus': { resource: `arn:aws:events:${place}:event-bus/default`, context: {} },
  "rotate's logs": { resource: logsOf('rotate'), context: {} },
  "endpoints' logs": { resource: logsOf('endpoints'), context: {} },
  "sweep's logs": { resource: logsOf('sweep'), context: {} },
  "access's logs": { resource: logsOf('access'), context: {} },
  "deliver's logs": { resource: logsOf('deliver'), context: {} },
  'the queue': { resource: `arn:aws:sqs:${place}:keyturn-dev-deliveries`, context: {} },
  'dead deliveries': { resource: `arn:aws:sqs:${place}:keyturn-dev-deliveries-dead-letters`, context: {} },
  'failed sweeps': { resource: `arn:aws:sqs:${place}:keyturn-dev-failed-sweeps`, context: {} },
  traces: { resource: '*', context: {} },
  'a function': { resource: `arn:aws:lambda:${place}:function:keyturn-dev-rotate`, context: {} },
  'a role': { resource: `arn:aws:iam::${accountId}:role/keyturn-dev-rotate`, context: {} },
}

const actions = [
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem'].map(
    dynamodb,
  ),
  ...['PartiQLSelect', 'DescribeTable', 'UpdateTable', 'DeleteTable', 'ExportTableToPointInTime'].map(dynamodb),
  ...['CreateSecret', 'TagResource', 'PutSecretValue', 'UpdateSecretVersionStage', 'DescribeSecret'].map(
    secretsManager,
  ),
  ...['DeleteResourcePolicy', 'DeleteSecret', 'RestoreSecret', 'GetSecretValue', 'BatchGetSecretValue'].map(
    secretsManager,
  ),
  ...[
    'PutResourcePolicy',
    'GetResourcePolicy',
    'UpdateSecret',
    'UntagResource',
    'RotateSecret',
    'ListSecrets',
    'ReplicateSecretToRegions',
  ].map(secretsManager),
  ...['Encrypt', 'Decrypt', 'GenerateDataKey', 'ReEncryptFrom', 'CreateGrant', 'PutKeyPolicy'].map(
    name => `kms:${name}`,
  ),
  ...['DisableKey', 'ScheduleKeyDeletion'].map(name => `kms:${name}`),
  'events:PutEvents',
  'events:PutRule',
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'logs:GetLogEvents',
  'sqs:SendMessage',
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:PurgeQueue',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetTraceSummaries',
  'lambda:InvokeFunction',
  'lambda:UpdateFunctionCode',
  'iam:PassRole',
  'sts:AssumeRole',
]

const mirrorWrites = [
  'CreateSecret',
  'TagResource',
  'UntagResource',
  'UpdateSecret',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'DescribeSecret',
  'DeleteResourcePolicy',
  'DeleteSecret',
  'RestoreSecret',
].flatMap(name => [`${secretsManager(name)} a mirror`, `${secretsManager(name)} a mirror, but not to everybody`])
mirrorWrites.push('secretsmanager:PutResourcePolicy a mirror, but not to everybody')
const mirrorKeyUses = ['a mirror', 'a new mirror'].flatMap(what => [
  `kms:Decrypt the mirror key for ${what}`,
  `kms:GenerateDataKey the mirror key for ${what}`,
])
const traces = ['xray:PutTraceSegments traces', 'xray:PutTelemetryRecords traces']

/** What happened to an endpoint is stored with its tenant's, too. */
const callsOnAudit = (name: string): readonly string[] =>
  ['an audit record', 'a record of a tenant', 'an audit record and that of its tenant'].map(
    what => `${dynamodb(name)} ${what}`,
  )
/** The first by functions from before, which stored it once, while they are replaced. */
const auditWrites = ['PutItem', 'BatchWriteItem'].flatMap(callsOnAudit)

/** Each function may make these calls and no others: a list of its own, beside the policies that it checks. */
const mayDo: Readonly<Record<string, readonly string[]>> = {
  rotate: [
    'dynamodb:GetItem an endpoint',
    'dynamodb:GetItem an API key',
    'dynamodb:GetItem the last use of an API key',
    'dynamodb:UpdateItem the last use of an API key',
    'dynamodb:GetItem an endpoint and an API key',
    'dynamodb:PutItem an endpoint',
    'dynamodb:UpdateItem an endpoint',
    'dynamodb:PutItem a count of endpoints',
    'dynamodb:UpdateItem a count of endpoints',
    'dynamodb:PutItem an endpoint and its count',
    'dynamodb:UpdateItem an endpoint and its count',
    'dynamodb:Query an endpoint',
    'dynamodb:GetItem health',
    'dynamodb:UpdateItem health',
    ...auditWrites,
    'kms:Encrypt the ring key in its context',
    'kms:Decrypt the ring key in its context',
    ...mirrorWrites,
    ...mirrorKeyUses,
    ...anyEvent,
    "logs:CreateLogStream rotate's logs",
    "logs:PutLogEvents rotate's logs",
  ],
  endpoints: [
    'dynamodb:GetItem an endpoint',
    'dynamodb:GetItem an API key',
    'dynamodb:GetItem the last use of an API key',
    'dynamodb:UpdateItem the last use of an API key',
    'dynamodb:GetItem an endpoint and an API key',
    'dynamodb:Query an endpoint',
    ...callsOnAudit('Query'),
    'dynamodb:Query an attempt',
    'dynamodb:UpdateItem an endpoint',
    'dynamodb:UpdateItem a count of endpoints',
    'dynamodb:UpdateItem an endpoint and its count',
    'dynamodb:GetItem health',
    'dynamodb:BatchGetItem health',
    'dynamodb:UpdateItem health',
    'dynamodb:GetItem a delivery',
    'dynamodb:BatchGetItem a delivery',
    'dynamodb:PutItem a delivery',
    'sqs:SendMessage the queue',
    'secretsmanager:DeleteResourcePolicy a mirror',
    'secretsmanager:DeleteResourcePolicy a mirror, but not to everybody',
    'secretsmanager:PutResourcePolicy a mirror, but not to everybody',
    "logs:CreateLogStream endpoints' logs",
    "logs:PutLogEvents endpoints' logs",
  ],
  deliver: [
    'dynamodb:Query the index subscribers',
    'dynamodb:GetItem an endpoint',
    'dynamodb:GetItem an API key',
    'dynamodb:GetItem the last use of an API key',
    'dynamodb:UpdateItem the last use of an API key',
    'dynamodb:GetItem an endpoint and an API key',
    'dynamodb:GetItem health',
    'dynamodb:BatchGetItem health',
    'dynamodb:PutItem health',
    'dynamodb:UpdateItem health',
    'dynamodb:GetItem a delivery',
    'dynamodb:BatchGetItem a delivery',
    'dynamodb:BatchGetItem an endpoint',
    'dynamodb:BatchWriteItem a delivery',
    'dynamodb:BatchWriteItem an attempt',
    'dynamodb:PutItem a delivery',
    'dynamodb:PutItem an attempt',
    'dynamodb:Query an attempt',
    'kms:Decrypt the ring key in its context',
    'sqs:ReceiveMessage the queue',
    'sqs:DeleteMessage the queue',
    'sqs:GetQueueAttributes the queue',
    'sqs:SendMessage the queue',
    'sqs:SendMessage dead deliveries',
    ...['endpoint.paused', 'endpoint.resumed', 'endpoint.failing', 'secret.proof-failed', 'delivery.exhausted'].map(
      type => `events:PutEvents the event bus, of ${type}`,
    ),
    "logs:CreateLogStream deliver's logs",
    "logs:PutLogEvents deliver's logs",
  ],
  sweep: [
    'dynamodb:Query the index due',
    'dynamodb:GetItem an endpoint',
    'dynamodb:UpdateItem an endpoint',
    'dynamodb:DeleteItem an endpoint',
    'dynamodb:GetItem health',
    'dynamodb:UpdateItem health',
    'dynamodb:GetItem a delivery',
    'dynamodb:PutItem a delivery',
    'sqs:SendMessage the queue',
    ...auditWrites,
    'kms:Decrypt the ring key in its context',
    ...mirrorWrites,
    ...mirrorKeyUses,
    'secretsmanager:GetResourcePolicy a mirror',
    'secretsmanager:GetResourcePolicy a mirror, but not to everybody',
    ...anyEvent,
    "logs:CreateLogStream sweep's logs",
    "logs:PutLogEvents sweep's logs",
    'sqs:SendMessage failed sweeps',
  ],
  access: [
    ...['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'].flatMap(name => [
      `dynamodb:${name} an API key`,
      `dynamodb:${name} the last use of an API key`,
    ]),
    'dynamodb:GetItem the list of API keys',
    'dynamodb:Query the list of API keys',
    'dynamodb:PutItem the list of API keys',
    'dynamodb:PutItem a record of a tenant',
    'dynamodb:PutItem an API key and its record',
    'dynamodb:PutItem an API key, its place in the list and its record',
    'dynamodb:UpdateItem a record of a tenant',
    'dynamodb:UpdateItem an API key and its record',
    'events:PutEvents the event bus, of api-key.created',
    'events:PutEvents the event bus, of api-key.revoked',
    "logs:CreateLogStream access's logs",
    "logs:PutLogEvents access's logs",
  ],
}

describe('what the functions may do', () => {
  it.each(functionNames)('%s may make the calls that it needs, and no other', name => {
    expect(allowedCalls(stack, name).toSorted()).toEqual([...(mayDo[name] ?? [])].toSorted())
  })

  it('no function reaches Secrets Manager where mirrors are off', () => {
    const withoutMirrors = synthesise({ ...minimal, mirror: 'off' })
    const calls = functionNames.flatMap(name => allowedCalls(withoutMirrors, name))
    expect(calls.filter(call => call.startsWith('secretsmanager:'))).toEqual([])
    expect(calls).not.toEqual([])
  })

  it('only a role of Lambda can be one of them', () => {
    const trusts = resources(stack, 'aws_iam_role').map(role => JSON.parse(String(role.assume_role_policy)))
    expect(trusts).toHaveLength(functionNames.length)
    for (const { Statement: statements } of trusts)
      expect(statements).toEqual([expect.objectContaining({ Principal: { Service: 'lambda.amazonaws.com' } })])
  })
})

describe('who else may use the keys', () => {
  const administrator = { role: `arn:aws:iam::${accountId}:role/admin`, account, policy: everything() }

  it('an administrator may look after both, and neither seals nor opens', () => {
    for (const key of ['ring', 'mirror'] as const) {
      const may = (action: string) =>
        keyAllows(keyPolicy(stack, key), administrator, { action, resource: key, context: {} })
      expect(['kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:EnableKeyRotation'].map(may)).toEqual([
        true,
        true,
        true,
      ])
      expect(['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:CreateGrant'].map(may).includes(true)).toBe(
        false,
      )
    }
  })

  it('readers decrypt mirrors through Secrets Manager: of this account, and of those that are named', () => {
    const statements = keyPolicy(stack, 'mirror').filter(({ Sid }) => Sid === 'ReadMirrors')
    expect(statements.map(({ Principal, Action }) => [Principal, Action])).toEqual([
      [{ AWS: [account, 'arn:aws:iam::999988887777:root'] }, ['kms:Decrypt']],
    ])
    const reader = {
      role: 'arn:aws:iam::999988887777:role/app',
      account: 'arn:aws:iam::999988887777:root',
      policy: everything(),
    }
    const decrypts = (target: string) => keyAllows(keyPolicy(stack, 'mirror'), reader, call('kms:Decrypt', target))
    expect(decrypts('the mirror key for a mirror')).toBe(true)
    expect(decrypts('the mirror key directly')).toBe(false)
    expect(decrypts('the mirror key for a secret of somebody else')).toBe(false)
  })
})

describe('how policies are written', () => {
  it('no action is a wildcard, and no statement names every resource', () => {
    const statements = functionNames.flatMap(name => rolePolicy(stack, `keyturn-dev-${name}`))
    expect(statements.flatMap(({ Action }) => Action).filter(action => action.includes('*'))).toEqual([])
    expect(statements.filter(({ Resource }) => Resource.includes('*'))).toEqual([])
  })

  it('where functions are traced, each may write its traces besides', () => {
    const traced = synthesise({ ...minimal, tracing: 'on' })
    for (const name of functionNames)
      expect(allowedCalls(traced, name)).toEqual([...allowedCalls(stack, name), ...traces])
  })

  it('functions can be invoked by the API and by the schedule of this deployment alone', () => {
    const permissions = resources(stack, 'aws_lambda_permission')
    expect(permissions.map(({ principal }) => String(principal)).toSorted()).toEqual([
      'apigateway.amazonaws.com',
      'apigateway.amazonaws.com',
      'apigateway.amazonaws.com',
      'apigateway.amazonaws.com',
      'apigateway.amazonaws.com',
      'events.amazonaws.com',
    ])
    for (const { source_arn: source } of permissions)
      expect(source).toMatch(/^\$\{aws_(apigatewayv2_api|cloudwatch_event_rule)\./)
  })
})

function allowedCalls(of: Synthesised, name: FunctionName): readonly string[] {
  return Object.keys(targets).flatMap(target => {
    const sensible = actions.filter(action => isTrace(action) === (target === 'traces'))
    const allowed = sensible.filter(action => mayCall(of, `keyturn-dev-${name}`, call(action, target)))
    return allowed.map(action => `${action} ${target}`)
  })
}

/** Traces are no calls on a resource. */
function isTrace(action: string): boolean {
  return action.startsWith('xray:')
}

function call(action: string, target: string): AwsCall {
  const found = targets[target]
  if (found === undefined) throw new RangeError(`there is no target ${target}`)
  return { action, ...found }
}

function everything(): readonly Statement[] {
  return [{ Sid: 'All', Effect: 'Allow', Action: ['*'], Resource: ['*'] }]
}

function eventOf(source: string, type: string): AwsCall['context'] {
  return { 'events:source': source, 'events:detail-type': type }
}

function logsOf(name: string): string {
  return `arn:aws:logs:${place}:log-group:/aws/lambda/keyturn-dev-${name}:log-stream:2026/11/21/1`
}

function dynamodb(name: string): string {
  return `dynamodb:${name}`
}

function secretsManager(name: string): string {
  return `secretsmanager:${name}`
}
