import {
  DescribeEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AwsServer, startAwsServer } from '../../../../local/aws-server/server'
import { refusalOf } from '../../../support/suites/secrets-manager/calls'
import { clientConfig } from './client-config'

const now = new Date('2026-11-21T12:00:00.000Z')
const entry = (more: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  Source: 'keyturn',
  DetailType: 'secret.rotated',
  Detail: '{"version":2}',
  ...more,
})

describe('EventBridge', () => {
  let folder: string
  let server: AwsServer
  let client: EventBridgeClient

  async function start(): Promise<void> {
    server = await startAwsServer({ dataDir: folder, port: 0, now: () => now })
    client = new EventBridgeClient(clientConfig(server.url))
  }
  async function stop(): Promise<void> {
    client.destroy()
    await server.close()
  }
  const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }))
  const file = (): string => join(folder, 'events.ndjson')
  async function events(): Promise<unknown[]> {
    const lines = (await readFile(file(), 'utf8')).split('\n')
    expect(lines.pop()).toBe('')
    return lines.map(line => JSON.parse(line) as unknown)
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'event-bridge-'))
    await start()
  })
  afterAll(async () => {
    await stop()
    await rm(folder, { recursive: true })
  })

  it('keeps an event in the form in which targets would get it, under the id of the reply', async () => {
    const { Entries, FailedEntryCount } = await put(entry({ Resources: ['r'], Time: new Date('2026-11-20T01:02:03Z') }))
    expect(FailedEntryCount).toBe(0)
    expect((await events()).at(-1)).toEqual({
      version: '0',
      id: Entries?.[0]?.EventId,
      'detail-type': 'secret.rotated',
      source: 'keyturn',
      account: '000000000000',
      time: '2026-11-20T01:02:03Z',
      region: 'eu-central-1',
      resources: ['r'],
      detail: { version: 2 },
      'event-bus-name': 'default',
    })
  })

  it('dates an event that has no time', async () => {
    await put(entry())
    expect((await events()).at(-1)).toMatchObject({ time: '2026-11-21T12:00:00Z' })
  })

  it('refuses entries one by one, and keeps the others', async () => {
    const before = (await events()).length
    const { FailedEntryCount, Entries = [] } = await put(
      entry(),
      entry({ Source: '' }),
      entry({ DetailType: undefined }),
      entry({ Detail: undefined }),
      entry({ Detail: '{' }),
      entry({ Detail: '[]' }),
      entry(),
    )
    expect(FailedEntryCount).toBe(5)
    expect(Entries.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'InvalidArgument',
      'InvalidArgument',
      'InvalidArgument',
      'MalformedDetail',
      'MalformedDetail',
      undefined,
    ])
    expect(await events()).toHaveLength(before + 2)
  })

  it('takes ten entries and not one more, nor none', async () => {
    expect((await put(...Array.from({ length: 10 }, () => entry()))).FailedEntryCount).toBe(0)
    expect(await refusalOf(put(...Array.from({ length: 11 }, () => entry())))).toBe('ValidationException')
    expect(await refusalOf(put())).toBe('ValidationException')
  })

  it('takes 256 KiB in all and not one byte more', async () => {
    const frame = 'keyturn'.length + 'secret.rotated'.length
    const detail = (bytes: number): string => `{"a":"${'x'.repeat(bytes - 8)}"}`
    expect((await put(entry({ Detail: detail(256 * 1024 - frame) }))).FailedEntryCount).toBe(0)
    expect(await refusalOf(put(entry({ Detail: detail(256 * 1024 - frame + 1) })))).toBe('ValidationException')
  })

  it('keeps events whole when many come at once', async () => {
    const before = (await events()).length
    await Promise.all(Array.from({ length: 64 }, () => put(entry())))
    expect(await events()).toHaveLength(before + 64)
  })

  it('drops the line that a crash cut off, and goes on behind what is whole', async () => {
    const before = await events()
    await stop()
    await appendFile(file(), '{"version":"0","id":"cut')
    await start()
    await put(entry())
    const after = await events()
    expect(after.slice(0, -1)).toEqual(before)
    expect(after).toHaveLength(before.length + 1)
    expect((await stat(file())).mode & 0o777).toBe(0o600)
  })
})

describe('an event bus', () => {
  it('that exists is described; one that does not takes an event without a word, and drops it, as AWS does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'event-bridge-'))
    const server = await startAwsServer({ dataDir: folder, port: 0, eventBuses: ['keyturn-prod'] })
    const client = new EventBridgeClient(clientConfig(server.url))
    expect(await client.send(new DescribeEventBusCommand({ Name: 'keyturn-prod' }))).toMatchObject({
      Name: 'keyturn-prod',
      Arn: 'arn:aws:events:eu-central-1:000000000000:event-bus/keyturn-prod',
    })
    expect(await refusalOf(client.send(new DescribeEventBusCommand({})))).toBe('ResourceNotFoundException')
    const Entries = ['keyturn-prod', 'keyturn-old'].map(EventBusName => entry({ EventBusName }))
    expect((await client.send(new PutEventsCommand({ Entries }))).FailedEntryCount).toBe(0)
    client.destroy()
    await server.close()
    const kept = (await readFile(join(folder, 'events.ndjson'), 'utf8')).trim().split('\n')
    await rm(folder, { recursive: true })
    expect(kept.map(line => JSON.parse(line)['event-bus-name'])).toEqual(['keyturn-prod'])
  })
})
