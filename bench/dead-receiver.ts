import type { DeliveryBed } from './delivery-bed'
import type { Row } from './row'

const others = 99
const publishers = 4
const rounds = 6
const roundMs = 3000
const mostRatio = 1.1

/**
 * The 99th percentile of 99 endpoints' latencies with a hundredth that never answers, against the same while that one is
 * paused. Events go to all hundred in turn; the two kinds of rounds alternate, and their latencies are pooled.
 */
export async function deadReceiverRows(bed: DeliveryBed): Promise<readonly Row[]> {
  for (let index = 0; index < others; index += 1) await bed.addEndpoint({ eventType: `bench.of.${index}` })
  const dead = await bed.addEndpoint({ eventType: `bench.of.${others}`, path: '/dead' })
  await latenciesOf(bed)
  const alone: number[] = []
  const beside: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    await bed.setStatus(dead, 'paused')
    alone.push(...(await latenciesOf(bed)))
    await bed.setStatus(dead, 'active')
    beside.push(...(await latenciesOf(bed)))
  }
  const ratio = percentile99(beside) / percentile99(alone)
  return [
    { name: 'latency of 99 receivers, 99th percentile', value: percentile99(alone), unit: 'ms', ok: true },
    { name: 'the same beside a dead one', value: ratio, unit: '×', target: `≤ ${mostRatio}`, ok: ratio <= mostRatio },
  ]
}

/** In milliseconds, from the call that publishes to the delivery, for as many events as a round has time for. */
async function latenciesOf(bed: DeliveryBed): Promise<readonly number[]> {
  const latencies: number[] = []
  const arrived = new Map<string, (at: number) => void>()
  bed.onDelivery = (_path, payload, at) => arrived.get(String(payload))?.(at)
  const endAt = performance.now() + roundMs
  let next = Math.floor(Math.random() * others)
  const publisher = async (): Promise<void> => {
    while (performance.now() < endAt) {
      const index = (next += 1) % (others + 1)
      const publishedAt = performance.now()
      const payload = `${index} ${publishedAt}`
      const came = new Promise<number>(resolve => arrived.set(payload, resolve))
      await bed.publish(`bench.of.${index}`, payload)
      if (index < others) latencies.push((await came) - publishedAt)
    }
  }
  await Promise.all(Array.from({ length: publishers }, publisher))
  return latencies
}

function percentile99(latencies: readonly number[]): number {
  return [...latencies].sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN
}
