import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '../../../cli/command'
import { apiKeyRequest, create, type CreateOptions, reportNewApiKey, revoke } from '../../../cli/keys'
import { busOf } from '../../../cli/told-on-bus'
import { createTable } from '../../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../../local/aws-server/server'
import { localFile } from '../../../local/local-description'
import { dynamoDbClient } from '../../../src/aws/clients'
import { assertDocumented } from '../../support/documented-event'
import { type AwsReply, startScriptedAws } from '../aws/scripted-aws'

// What `keyturn keys` tells of a deployment's API keys, and what becomes of a key of which it cannot.

const place = { table: 'keyturn-prod', region: 'eu-central-1' }
const asked: CreateOptions = { ...place, contract: 'keyturn', tenant: ['org_1'], expiry: false }
let dataDir: string
let aws: AwsServer

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keyturn-keys-'))
  aws = await startAwsServer({ dataDir, port: 0, eventBuses: ['keyturn-prod', 'keyturn-blue'] })
  Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' })
  const client = dynamoDbClient({ region: place.region })
  await createTable({ client, name: place.table })
  client.destroy()
})

beforeEach(() => void delete process.env.AWS_ENDPOINT_URL_EVENTBRIDGE)

afterAll(async () => {
  await aws.close()
  await rm(dataDir, { recursive: true })
})

interface Made extends Report {
  readonly json: { readonly id: string; readonly createdAt: Date; readonly key: string; readonly told: boolean }
}

async function made(options: CreateOptions): Promise<Made> {
  const report = await create({ options: { permission: ['endpoints:read'], ...options }, args: [], say: console.error })
  const json = Object(report.json) as Made['json']
  expect(json.key).toMatch(/^kt_[\w-]{43}$/)
  expect([report.lines[1], report.exitCode ?? 0]).toEqual([`key  ${json.key}`, 0])
  return { ...report, json }
}

interface Told {
  readonly 'detail-type': string
  readonly 'event-bus-name': string
  readonly detail: { readonly apiKeyId: string; readonly id: string; readonly tenantId: string | null }
}

async function toldOf(apiKeyId: string): Promise<readonly Told[]> {
  const lines = (await readFile(join(dataDir, 'events.ndjson'), 'utf8')).split('\n').filter(line => line !== '')
  const told = lines.map(line => JSON.parse(line) as Told).filter(({ detail }) => detail.apiKeyId === apiKeyId)
  for (const { detail } of told) assertDocumented(detail)
  return told
}

describe('an API key of the command', () => {
  it('is told when it is made and ended, by the operator, for each of its tenants', async () => {
    const { json, warnings } = await made({ ...asked, tenant: ['org_1', 'org_2'] })
    const { id, createdAt: at } = json
    expect([json.told, warnings]).toEqual([true, []])
    expect(await revoke({ options: place, args: [id], say: console.error })).toEqual({
      lines: [`revoked ${id}`],
      json: { id, state: 'revoked', told: true },
    })
    const told = await toldOf(id)
    expect(told.map(({ detail }) => detail.id.replace(id, ''))).toEqual([
      '-created-org_1',
      '-created-org_2',
      '-revoked-org_1',
      '-revoked-org_2',
    ])
    const actor = { kind: 'operator', id: 'keyturn keys' }
    const about = { contract: 'keyturn', permissions: ['endpoints:read'], expiresAt: null, actor, reason: null }
    expect(told[1]).toMatchObject({
      source: 'keyturn',
      'detail-type': 'api-key.created',
      'event-bus-name': 'keyturn-prod',
      detail: { type: 'api-key.created', tenantId: 'org_2', at: at.toISOString(), ...about },
    })
    expect(told[2]).toMatchObject({ 'detail-type': 'api-key.revoked', detail: { tenantId: 'org_1', ...about } })
  })

  it('for all tenants is told once, on the bus that --bus names', async () => {
    const forAll: CreateOptions = { ...place, contract: 'keyturn', allTenants: true, permission: ['keys:write'] }
    const { id } = (await made({ ...forAll, expiry: false, bus: 'keyturn-blue' })).json
    expect(await toldOf(id)).toMatchObject([
      { 'event-bus-name': 'keyturn-blue', detail: { id: `${id}-created`, tenantId: null } },
    ])
  })

  it('ends where nobody can be told, and a repeat tells it, with the time of its end', async () => {
    const { id } = (await made(asked)).json
    const untold = await revoke({ options: { ...place, bus: 'keyturn-old' }, args: [id], say: console.error })
    expect(untold).toMatchObject({ exitCode: 1, json: { id, state: 'revoked', told: false } })
    const before = Date.now()
    expect(await toldOf(id)).toHaveLength(1)
    await revoke({ options: place, args: [id], say: console.error })
    const [, ended] = await toldOf(id)
    expect(ended?.['detail-type']).toBe('api-key.revoked')
    expect(Date.parse(Object(ended?.detail).at)).toBeLessThanOrEqual(before)
  })
})

describe('an API key of which nobody can be told', () => {
  const sdkText = 'User: arn:aws:iam::000000000000:user/ops is not authorized'
  const refusal = (type: string): AwsReply => ({ status: 400, body: { __type: type, message: sdkText } })
  const entry = { ErrorCode: 'InternalFailure', ErrorMessage: sdkText }
  const failed: AwsReply = { status: 200, body: { FailedEntryCount: 1, Entries: [entry] } }
  const lacks = (right: string): string => `these AWS credentials lack ${right} on it`
  const denied = refusal('AccessDeniedException')

  it.each<[string, Readonly<Record<string, AwsReply>>, string]>([
    ['the operator may not look the bus up', { DescribeEventBus: denied }, lacks('events:DescribeEventBus')],
    ['the operator may put nothing on it', { PutEvents: denied }, lacks('events:PutEvents')],
    ['an event is refused', { PutEvents: failed }, 'EventBridge did not take 1 of 1 events (InternalFailure)'],
    [
      'the session is over',
      { PutEvents: refusal('ExpiredTokenException') },
      'EventBridge refused (ExpiredTokenException)',
    ],
  ])('is made and shown where %s, and the report says why', async (_, replies, why) => {
    const server = await startScriptedAws(operation => replies[operation] ?? { status: 200, body: {} })
    process.env.AWS_ENDPOINT_URL_EVENTBRIDGE = server.url
    const { json, warnings = [] } = await made(asked)
    await server.close()
    expect(json.told).toBe(false)
    expect(warnings).toEqual([
      `api-key.created is not on the event bus keyturn-prod, or not for every tenant: ${why}. The API key is made all the same`,
    ])
  })

  it('is made and shown where nobody answers', async () => {
    const server = await startScriptedAws(() => null)
    await server.close()
    process.env.AWS_ENDPOINT_URL_EVENTBRIDGE = server.url
    const { json, warnings = [] } = await made(asked)
    expect(json.told).toBe(false)
    // The SDK finds the system's code in errors of its own realm alone, which is not that of a test.
    expect(warnings[0]).toMatch(/: it cannot be reached(?: \(ECONNREFUSED\))?\. The API key is made all the same$/)
  })

  it('is shown though the local run has stopped meanwhile, and its description is gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-stopped-'))
    const stopped = await startScriptedAws(() => null)
    await stopped.close()
    const described = { aws: stopped.url, region: 'us-east-1', table: 'keyturn-local' }
    await writeFile(localFile(folder), JSON.stringify({ ...described, accessKeyId: 'any', secretAccessKey: 'any' }))
    const bus = busOf({ dataDir: folder })
    await rm(folder, { recursive: true })
    const store = { create: async () => undefined }
    const request = apiKeyRequest({ ...asked, permission: ['endpoints:read'] }, new Date())
    const { lines, json, warnings = [] } = await reportNewApiKey({ store, bus }, request)
    expect(lines[1]).toMatch(/^key {2}kt_/)
    expect(json).toMatchObject({ told: false })
    expect(warnings[0]).toContain('is not on the event bus default, or not for every tenant: it cannot be reached')
  })

  it('is not made for a bus that cannot be one', async () => {
    const allowed = '--bus takes the name or the ARN of an event bus, such as keyturn-prod, not "a bus"'
    const options = { ...asked, permission: ['endpoints:read'] }
    await expect(create({ options: { ...options, bus: 'a bus' }, args: [], say: console.error })).rejects.toThrow(
      allowed,
    )
    const revoked = revoke({ options: { bus: 'keyturn-prod' }, args: ['key_x'], say: console.error })
    await expect(revoked).rejects.toThrow('--bus goes with --table')
  })
})
