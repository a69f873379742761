import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { raiseEveryRevision } from '../../../cli/restore'
import { readEnvironment, rotateVariables } from '../../../lambdas/environment'
import { rotationDeps } from '../../../lambdas/wiring'
import { createTable } from '../../../local/aws-resources'
import { startAwsServer } from '../../../local/aws-server/server'
import { dynamoDbClient, secretsManagerClient } from '../../../src/aws/clients'
import type { Table } from '../../../src/aws/table'
import { keyturn } from '../../../src/contracts/keyturn'
import { createEndpoint } from '../../../src/rotation/create'
import { deleteEndpoint } from '../../../src/rotation/delete'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { mirrorName, mirrorState } from '../../../src/rotation/mirror'
import type { RotationDeps } from '../../../src/rotation/ports'
import { rotateSecret } from '../../../src/rotation/rotate'
import { sweep } from '../../../src/rotation/sweep'
import { sampleEndpoint } from '../../support/suites/sample-endpoint'

const stage = 'restored'
const actor = { kind: 'session', id: 'user_1' } as const
const choice = { overlapSeconds: 3600, ownSecret: null, reason: null, forced: false }

let aws: Awaited<ReturnType<typeof startAwsServer>>
let table: Table
let deps: RotationDeps
/** How far the clock is ahead, in milliseconds. */
let ahead = 0

beforeAll(async () => {
  aws = await startAwsServer({ dataDir: null, port: 0 })
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  table = { client: dynamoDbClient(), name: 'keyturn-restored' }
  await createTable(table)
  const environment = readEnvironment(rotateVariables, {
    STAGE: stage,
    TABLE_NAME: table.name,
    RING_KEY_ID: 'alias/ring',
    EVENT_BUS_NAME: 'default',
    QUEUE_URL: `${aws.url}/000000000000/deliveries`,
    DEAD_LETTER_QUEUE_URL: `${aws.url}/000000000000/dead`,
    LOG_LEVEL: 'error',
  })
  deps = { ...rotationDeps(environment, table), now: () => new Date(Date.now() + ahead) }
})

afterAll(async () => {
  table.client.destroy()
  await aws.close()
})

it('an endpoint out of a backup goes ahead of its mirror, which then shows the restored ring', async () => {
  const created = await create('ep_restored')
  const backup = await storedItem('ep_restored')
  const rotated = await rotateSecret(deps, {
    endpoint: created.endpoint,
    contract: keyturn,
    actor,
    choice,
    idempotency: null,
  })
  expect(await mirroredSecret('ep_restored')).toBe(rotated.secret.reveal())
  await table.client.send(new PutItemCommand({ TableName: table.name, Item: backup }))
  await restoreAll()
  await sweepLater()
  expect(await mirroredSecret('ep_restored')).toBe(created.secret.reveal())
  const endpoint = await stored('ep_restored')
  expect(mirrorState(endpoint)).toBe('current')
  expect(endpoint.revision).toBeGreaterThan(rotated.endpoint.revision)
  expect(endpoint.ring.version).toBe(1)
})

it('tombstones are left to the sweep', async () => {
  const { endpoint } = await create('ep_deleted')
  await deleteEndpoint(deps, { endpoint, actor })
  const before = await stored('ep_deleted')
  await restoreAll()
  expect(await stored('ep_deleted')).toEqual(before)
})

function create(id: string) {
  const settings = { ...sampleEndpoint().settings, consumers: [] }
  const request = { tenantId: 'org_1', contract: keyturn, actor, id, settings, ownSecret: null, idempotency: null }
  return createEndpoint(deps, { ...request, mostEndpoints: 1000 })
}

async function restoreAll(): Promise<void> {
  ahead += 2000
  expect(await raiseEveryRevision(deps, table)).toBeGreaterThan(0)
}

async function sweepLater(): Promise<void> {
  ahead += 10_000
  const report = await sweep({ ...deps, sleep: async () => {} }, new Date(deps.now().getTime() + 30_000))
  expect(report).toMatchObject({ failed: 0, left: 0 })
}

async function stored(endpointId: string): Promise<Endpoint> {
  const endpoint = await deps.store.load({ tenantId: 'org_1', endpointId })
  if (endpoint === null) throw new Error(`there is no ${endpointId}`)
  return endpoint
}

async function storedItem(endpointId: string) {
  const Key = marshall({ pk: 'TENANT#org_1', sk: `ENDPOINT#${endpointId}` })
  const { Item } = await table.client.send(new GetItemCommand({ TableName: table.name, Key, ConsistentRead: true }))
  if (Item === undefined) throw new Error(`there is no ${endpointId}`)
  return Item
}

async function mirroredSecret(endpointId: string): Promise<string> {
  const secrets = secretsManagerClient()
  const SecretId = mirrorName(stage, 'org_1', endpointId)
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }))
  secrets.destroy()
  // The mirror's document.
  return (JSON.parse(SecretString) as { signingSecret: string }).signingSecret
}
