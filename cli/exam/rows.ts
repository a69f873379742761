import { acceptRows, repeatedRow } from './accept-rows'
import { type Bed, testMessage } from './deliveries'
import { forgedRows, otherPlaceRows } from './forged-rows'
import { keyRows } from './key-rows'
import { replayRows } from './replay-rows'
import type { Keys, Row } from './row'

// What a receiver must accept and what it must refuse. Which deliveries there are follows from how the sender signs.

/**
 * All rows, in the order in which they are sent. The first tells whether a refusal says anything, and the last whether
 * the receiver was itself until the end.
 */
export function rowsOf(bed: Bed, keys: Keys): readonly Row[] {
  const message = testMessage(bed)
  return [
    ...acceptRows(bed, keys, message),
    ...forgedRows(bed, keys),
    ...keyRows(bed, keys),
    ...otherPlaceRows(bed, keys),
    ...replayRows(bed, keys),
    repeatedRow(bed, keys, message),
  ]
}
