import type { DeliveryBed } from './delivery-bed'
import { median } from './interleaved'
import type { Figure } from './figure'

const concurrencies = [1, 16, 64]
const rounds = 5
const roundMs = 1500

/** Deliveries a second from `POST /v1/events` to the receiver, with so many publishers at once, each with its own endpoint. */
export async function rateFigures(bed: DeliveryBed): Promise<readonly Figure[]> {
  const types = Array.from({ length: Math.max(...concurrencies) }, (_, index) => `bench.rate.${index}`)
  for (const eventType of types) await bed.addEndpoint({ eventType })
  const figures: Figure[] = []
  for (const concurrency of concurrencies) {
    const rates: number[] = []
    for (let round = 0; round < rounds; round += 1) rates.push(await rate(bed, types.slice(0, concurrency)))
    const name = `deliveries through the local run, ${concurrency} concurrent`
    figures.push({ name, value: median(rates), unit: '/s' })
  }
  return figures
}

/** Each publisher waits for its delivery before it publishes the next event. */
async function rate(bed: DeliveryBed, types: readonly string[]): Promise<number> {
  const arrived = new Map<string, () => void>()
  bed.onDelivery = (_path, payload) => arrived.get(String(payload))?.()
  const endAt = performance.now() + roundMs
  let delivered = 0
  const publisher = async (type: string): Promise<void> => {
    while (performance.now() < endAt) {
      const came = new Promise<void>(resolve => arrived.set(type, resolve))
      await bed.publish(type, type)
      await came
      delivered += 1
    }
  }
  const startedAt = performance.now()
  await Promise.all(types.map(publisher))
  return (delivered * 1000) / (performance.now() - startedAt)
}
