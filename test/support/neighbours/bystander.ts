import { setTimeout as wait } from 'node:timers/promises'
import type { Receiver } from '../../unit/delivery/receiver'
import { memberAt } from '../api-caller'
import { type Bed, bystander, namedHost } from './bed'

/** The healthy tenant: one endpoint that answers at once. */
export interface Bystander {
  readonly endpointId: string
  /** Delivers some events: what has not run yet is slower at first. */
  warmUp(): Promise<void>
  /** Milliseconds from the call that publishes an event to its delivery, for one event after the other. */
  latencies(): Promise<readonly number[]>
  attempts(): Promise<readonly Attempted[]>
}

export interface Attempted {
  readonly number: number
  readonly error: string | null
}

export const samples = 15
const warmUps = 30
/** Spreads the samples over the load beside them. It begins with a delivery, so that no backlog of its own comes about. */
const pauseMs = 200
/** What has not come by then counts as that late: no ratio is saved by it any more. */
const latestMs = 10_000

/** Its endpoint is reached by an address, or by `namedHost`. */
export async function addBystander(bed: Bed, by: 'address' | 'name' = 'address'): Promise<Bystander> {
  const receiver = await bed.addReceiver(by === 'name' ? bed.certificate : null)
  const url = by === 'name' ? receiver.url.replace('127.0.0.1', namedHost) : receiver.url
  const [endpointId = ''] = await bed.addEndpoints(bystander, [{ url }])
  const latency = latencyAt(bed, receiver)
  return {
    endpointId,
    warmUp: async () => {
      for (let delivery = 0; delivery < warmUps; delivery += 1) await latency()
    },
    latencies: async () => {
      const all: number[] = []
      while (all.length < samples) {
        all.push(await latency())
        await wait(pauseMs)
      }
      return all
    },
    attempts: () => attemptsAt(bed, endpointId),
  }
}

/** Publishes one event, waits for it at the receiver, and returns how long that took. */
function latencyAt(bed: Bed, receiver: Receiver): () => Promise<number> {
  const waiting = new Map<number, () => void>()
  receiver.answer = (response, { body }) => {
    response.end('ok')
    waiting.get(Number(memberAt(JSON.parse(body), 'data')))?.()
  }
  let published = 0
  return async () => {
    published += 1
    const number = published
    const came = new Promise<void>(resolve => waiting.set(number, resolve))
    const startedAt = performance.now()
    await bed.publish(bystander, 'order.paid', number)
    await Promise.race([came, wait(latestMs, null, { ref: false })])
    return performance.now() - startedAt
  }
}

async function attemptsAt(bed: Bed, endpointId: string): Promise<readonly Attempted[]> {
  const path = `/v1/endpoints/${endpointId}/attempts?limit=100`
  const { json } = await bed.call(bystander, { method: 'GET', path })
  const data = memberAt(json, 'data') as readonly Attempted[]
  return data.map(({ number, error }) => ({ number, error }))
}
