import type { DeliveryBed } from './delivery-bed'
import type { Figure } from './figure'

const others = 99
const publishers = 4
const pairs = 24
const roundMs = 3000
const mostRatio = 1.1

/**
 * What a receiver that never answers does to 99 others: the 99th percentile of their latencies beside it, against the same
 * while it is paused. Events go to all hundred in turn. The two kinds of rounds alternate, each first every other time, and
 * their latencies are pooled: below a thousand of each, chance alone moves the ratio by a tenth.
 */
export async function deadReceiverFigures(bed: DeliveryBed): Promise<readonly Figure[]> {
  for (let index = 0; index < others; index += 1) await bed.addEndpoint({ eventType: `bench.of.${index}` })
  const dead = await bed.addEndpoint({ eventType: `bench.of.${others}`, path: '/dead' })
  await latenciesOf(bed)
  const alone: number[] = []
  const beside: number[] = []
  let attempts = 0
  const measureAlone = async (): Promise<void> => {
    await bed.setStatus(dead, 'paused')
    alone.push(...(await latenciesOf(bed)).latencies)
  }
  const measureBeside = async (): Promise<void> => {
    await bed.setStatus(dead, 'active')
    const round = await latenciesOf(bed)
    beside.push(...round.latencies)
    attempts += round.deadAttempts
  }
  for (let pair = 0; pair < pairs; pair += 1) {
    const [first, second] = pair % 2 === 0 ? [measureAlone, measureBeside] : [measureBeside, measureAlone]
    await first()
    await second()
  }
  return figuresOf(percentile99(alone), percentile99(beside) / percentile99(alone), attempts)
}

function figuresOf(milliseconds: number, ratio: number, attempts: number): readonly Figure[] {
  return [
    { name: 'latency of 99 receivers, 99th percentile', value: milliseconds, unit: 'ms' },
    { name: 'attempts at a dead one beside them', value: attempts, unit: '', least: 1 },
    { name: 'the 99th percentile then', value: ratio, unit: '×', most: mostRatio },
  ]
}

interface Round {
  /** In milliseconds, from the call that publishes to the delivery. */
  readonly latencies: readonly number[]
  readonly deadAttempts: number
}

/** Publishes for the length of a round. */
async function latenciesOf(bed: DeliveryBed): Promise<Round> {
  const latencies: number[] = []
  let deadAttempts = 0
  const arrived = new Map<string, (at: number) => void>()
  bed.onDelivery = (path, payload, at) => {
    if (path === '/dead') deadAttempts += 1
    arrived.get(String(payload))?.(at)
  }
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
  return { latencies, deadAttempts }
}

function percentile99(latencies: readonly number[]): number {
  return [...latencies].sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN
}
