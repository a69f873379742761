import type { Scheme } from '../../src/verify'
import { type Bed, signed } from './deliveries'
import type { Keys, Row } from './row'

// What is genuine, at another time.

/** Beyond every usual tolerance, and well below 300 000 s, which is what 300 s are where somebody takes them for ms. */
const shiftSeconds = 60 * 60

export function replayRows(bed: Bed, { live: [newest] }: Keys): readonly Row[] {
  const { scheme } = bed.dialect
  const timeless = hasTime(scheme) ? null : { reason: 'nothing in a delivery says when it was sent' }
  const isTimestamped = scheme.signature.form === 'timestamped'
  return [
    {
      id: 'stale',
      must: 'refuse',
      what: 'genuine, signed an hour ago',
      fault: 'Whoever has seen one delivery can send it again for ever.',
      test: timeless ?? (() => signed(bed, { secrets: [newest], shiftSeconds: -shiftSeconds })),
    },
    {
      id: 'future',
      must: 'refuse',
      what: 'genuine, signed an hour from now',
      fault: 'What a sender signed too far ahead can be sent again until then.',
      test: timeless ?? (() => signed(bed, { secrets: [newest], shiftSeconds })),
      ...(isTimestamped && { mayAccept: 'accepted, as the libraries for such headers do' }),
    },
  ]
}

function hasTime({ timestamp, signature, inBody }: Scheme): boolean {
  return timestamp.length > 0 || signature.form === 'timestamped' || inBody?.timestamp !== undefined
}
