import { describe, expect, it } from '@jest/globals'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAwsServer } from '../../../local/aws-server/server'
import { eventBridgeClient } from '../../../src/aws/clients'
import { eventBridgeBus } from '../../../src/aws/event-bridge-bus'
import type { KeyturnEvent } from '../../../src/rotation/ports'
import { eventBusSuite, sampleEvent } from '../../support/suites/event-bus'
import { unhurried } from '../../support/suites/signals'
import { closeAfterEach } from './close-after-each'
import { clientOptions } from './embedded-aws'
import { startScriptedAws } from './scripted-aws'

type Detail = Omit<KeyturnEvent, 'type' | 'at'> & { readonly at: string }

interface LoggedEvent {
  readonly source: string
  readonly 'detail-type': KeyturnEvent['type']
  readonly 'event-bus-name': string
  readonly time: string
  readonly detail: Detail
}

async function start() {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-events-'))
  const server = await startAwsServer({ dataDir, port: 0 })
  const client = eventBridgeClient(clientOptions(server.url))
  const logged = async (): Promise<readonly LoggedEvent[]> => {
    const text = await readFile(join(dataDir, 'events.ndjson'), 'utf8')
    const lines = text.split('\n').filter(line => line !== '')
    return lines.map(line => JSON.parse(line) as LoggedEvent)
  }
  return {
    bus: eventBridgeBus({ client, busName: 'keyturn-events' }),
    logged,
    published: async () => (await logged()).map(eventOf),
    close: async () => {
      client.destroy()
      await server.close()
      await rm(dataDir, { recursive: true })
    },
  }
}

function eventOf({ detail, 'detail-type': type }: LoggedEvent): KeyturnEvent {
  return { ...detail, type, at: new Date(detail.at) }
}

describe('eventBridgeBus', () => {
  eventBusSuite(start)
})

describe('an event on EventBridge', () => {
  const closing = closeAfterEach()

  it('names its source, its bus and its time', async () => {
    const { bus, logged } = closing(await start())
    await bus.publish([sampleEvent(2)], unhurried)
    const [event] = await logged()
    expect(event).toMatchObject({
      source: 'keyturn',
      'detail-type': 'secret.rotated',
      'event-bus-name': 'keyturn-events',
      time: '2026-11-21T12:00:02Z',
    })
    expect(event?.detail.at).toBe('2026-11-21T12:00:02.000Z')
  })

  it('that was not taken is an error, which says nothing of the event', async () => {
    const entries = [{ EventId: '1' }, { ErrorCode: 'ThrottlingException', ErrorMessage: 'org_1' }]
    const reply = { status: 200, body: { FailedEntryCount: 1, Entries: entries } }
    const server = closing(await startScriptedAws(() => reply))
    const client = eventBridgeClient(clientOptions(server.url))
    const published = eventBridgeBus({ client, busName: 'default' }).publish(
      [sampleEvent(1), sampleEvent(2)],
      unhurried,
    )
    await expect(published).rejects.toThrow(/^EventBridge did not take 1 of 2 events \(ThrottlingException\)$/)
  })
})
