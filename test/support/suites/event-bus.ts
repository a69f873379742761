import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import type { EventBus, KeyturnEvent } from '../../../src/rotation/ports'
import { noon } from './sample-endpoint'
import { aborted, unhurried } from './signals'

export interface RunningEventBus {
  readonly bus: EventBus
  /** Everything that was taken, in order. */
  published(): Promise<readonly KeyturnEvent[]>
  close(): Promise<void>
}

export function sampleEvent(n: number): KeyturnEvent {
  return {
    type: n % 2 === 0 ? 'secret.rotated' : 'endpoint.updated',
    id: `rot_${n}`,
    tenantId: 'org_1',
    endpointId: 'ep_1',
    contract: 'keyturn',
    keyId: `key_${n}`,
    version: n,
    at: addSeconds(noon, n),
    actor: { kind: 'session', id: 'user_1' },
    reason: n % 3 === 0 ? 'leaked' : null,
    ...(n % 2 === 0 ? { overlapSeconds: n % 4 === 0 ? null : n } : { changed: ['url', 'requestConfig.headers'] }),
  }
}

/** What every event bus does. `start` gives one that took nothing yet. */
export function eventBusSuite(start: () => Promise<RunningEventBus>): void {
  let running: RunningEventBus
  beforeEach(async () => {
    running = await start()
  })
  afterEach(() => running.close())

  it('takes any number of events, in order and with every field', async () => {
    const events = Array.from({ length: 23 }, (_, n) => sampleEvent(n))
    await running.bus.publish(events, unhurried)
    expect(await running.published()).toEqual(events)
  })

  it('takes what a probe came to', async () => {
    const { overlapSeconds: _, ...sample } = sampleEvent(2)
    const failed = { ...sample, type: 'secret.proof-failed', adoption: 'not-adopted' } as const
    await running.bus.publish([failed], unhurried)
    expect(await running.published()).toEqual([failed])
  })

  it('takes no events at all', async () => {
    await running.bus.publish([], unhurried)
    expect(await running.published()).toEqual([])
  })

  it('publishes nothing after the signal has aborted', async () => {
    await expect(running.bus.publish([sampleEvent(1)], aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await running.published()).toEqual([])
  })
}
