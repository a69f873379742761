import { quietSdk } from '../local/quiet-sdk'
import { deadReceiverRows } from './dead-receiver'
import { startDeliveryBed } from './delivery-bed'
import { memoryRows } from './delivery-memory'
import { rateRows } from './delivery-rate'
import { signingRows } from './delivery-signing'
import type { Row } from './interleaved'

/** What deliveries cost: signing, memory, how many a second the local run makes, and what a dead receiver does to others. */
export async function benchDeliveries(): Promise<{ rows: Row[] }> {
  const rows = [...(await signingRows()), ...(await memoryRows())]
  const bed = await startDeliveryBed()
  try {
    rows.push(...(await rateRows(bed)), ...(await deadReceiverRows(bed)))
  } finally {
    await bed.close()
  }
  return { rows }
}

function printed({ name, value, unit, target = '', ok }: Row): string {
  return `${ok ? '  ' : '! '}${name.padEnd(56)}${value.toFixed(2).padStart(10)} ${unit.padEnd(14)}${target}`
}

async function main(): Promise<void> {
  quietSdk()
  const { rows } = await benchDeliveries()
  console.log(rows.map(printed).join('\n'))
  process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1
}

if (require.main === module) void main()
