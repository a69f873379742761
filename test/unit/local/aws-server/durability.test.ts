import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterEach, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAwsServer } from '../../../../local/aws-server/server'
import { Closers } from '../../../../local/closers'
import { clientConfig } from './client-config'

function clientsOf(url: string) {
  const config = clientConfig(url)
  const clients = {
    dynamoDb: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
    kms: new KMSClient(config),
    secrets: new SecretsManagerClient(config),
  }
  for (const client of Object.values(clients)) cleaning.add(() => client.destroy())
  return clients
}
type Clients = ReturnType<typeof clientsOf>

/** Everything that had been answered when the process died. */
interface Answered {
  /** The last value put, by the secret's name. */
  readonly values: Map<string, string>
  readonly items: string[]
  readonly eventIds: string[]
}

const cleaning = new Closers()
afterEach(() => cleaning.close())

it('whatever was answered is there after the process was killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'durability-'))
  cleaning.add(() => rm(folder, { recursive: true }))
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'serve-folder.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  cleaning.add(() => child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const killed = clientsOf(line.toString().trim())
  const blob = await prepare(killed)
  const answered: Answered = { values: new Map(), items: [], eventIds: [] }
  const writers = Array.from({ length: 16 }, (_, nth) => writeUntilKilled(killed, `secret-${nth}`, answered))
  const killing = setInterval(() => answered.items.length > itemsBeforeKill && child.kill('SIGKILL'), 5)
  await Promise.all([once(child, 'exit'), ...writers])
  clearInterval(killing)

  const server = await startAwsServer({ dataDir: folder, port: 0 })
  cleaning.add(() => server.close())
  const clients = clientsOf(server.url)
  await checkAnswered(clients, answered)
  const ids = new Set(eventIds(await readFile(join(folder, 'events.ndjson'), 'utf8')))
  expect(answered.eventIds.filter(id => !ids.has(id))).toEqual([])
  const { Plaintext } = await clients.kms.send(new DecryptCommand({ CiphertextBlob: blob }))
  expect(Buffer.from(Plaintext ?? []).toString()).toBe('plain')
})

/** Enough that every writer is in the middle of its round. */
const itemsBeforeKill = 64

async function prepare({ dynamoDb, kms }: Clients): Promise<Uint8Array> {
  await dynamoDb.send(
    new CreateTableCommand({
      TableName: 'items',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  )
  const Plaintext = Buffer.from('plain')
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: 'alias/a', Plaintext }))
  return CiphertextBlob ?? new Uint8Array()
}

async function writeUntilKilled(clients: Clients, name: string, { values, items, eventIds }: Answered): Promise<void> {
  const { secrets, dynamoDb, events } = clients
  try {
    await secrets.send(new CreateSecretCommand({ Name: name, SecretString: '0' }))
    values.set(name, '0')
    for (let nth = 1; ; nth += 1) {
      await secrets.send(new PutSecretValueCommand({ SecretId: name, SecretString: String(nth) }))
      values.set(name, String(nth))
      const id = `${name}-${nth}`
      await dynamoDb.send(new PutItemCommand({ TableName: 'items', Item: { id: { S: id } } }))
      items.push(id)
      const Entries = [{ Source: 's', DetailType: 'd', Detail: '{}' }]
      const reply = await events.send(new PutEventsCommand({ Entries }))
      eventIds.push(reply.Entries?.[0]?.EventId ?? '')
    }
  } catch {
    // The process is gone.
  }
}

async function checkAnswered({ secrets, dynamoDb }: Clients, { values, items }: Answered): Promise<void> {
  expect(values.size).toBe(16)
  for (const [SecretId, value] of values) {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }))
    // The put after the last answered one may have arrived.
    expect([Number(value), Number(value) + 1]).toContain(Number(SecretString))
  }
  expect(items.length).toBeGreaterThan(itemsBeforeKill)
  for (const id of items.slice(-100)) {
    const { Item } = await dynamoDb.send(new GetItemCommand({ TableName: 'items', Key: { id: { S: id } } }))
    expect(Item).toEqual({ id: { S: id } })
  }
}

function eventIds(text: string): string[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map(line => (JSON.parse(line) as { readonly id: string }).id)
}
