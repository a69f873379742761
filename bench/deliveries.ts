import { deadReceiverFigures } from './dead-receiver'
import { startDeliveryBed } from './delivery-bed'
import { memoryFigures } from './delivery-memory'
import { rateFigures } from './delivery-rate'
import { signingFigures } from './delivery-signing'
import type { Figure } from './figure'

/** What deliveries cost: signing, memory, how many a second the local run makes, and what a dead receiver does to others. */
export async function benchDeliveries(): Promise<readonly Figure[]> {
  const withoutBed = [...(await signingFigures()), ...(await memoryFigures())]
  const bed = await startDeliveryBed()
  try {
    return [...withoutBed, ...(await rateFigures(bed)), ...(await deadReceiverFigures(bed))]
  } finally {
    await bed.close()
  }
}
