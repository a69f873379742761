import { type Bed, signed, type TestDelivery, unsigned } from './deliveries'

// What a receiver must accept and what it must refuse. Which deliveries there are follows from how the sender signs.

/** One delivery and what is right. */
export interface Row {
  /** Stays the same from version to version. */
  readonly id: string
  readonly must: 'accept' | 'refuse'
  /** What is sent, for people. */
  readonly what: string
  /** What a wrong answer says of the receiver. */
  readonly fault: string
  /** What is sent; or why nothing is, since nothing could be told by it. */
  readonly test: (() => TestDelivery) | NotApplicable
}

export interface NotApplicable {
  readonly reason: string
}

/** Everything that deliveries are signed with. */
export interface Keys {
  /** Newest first. */
  readonly live: readonly [string, ...string[]]
  /** One that nobody has. */
  readonly foreign: string
}

/** All rows, in the order in which they are sent: the first tells whether a refusal says anything. */
export function rowsOf(bed: Bed, keys: Keys): readonly Row[] {
  const [newest] = keys.live
  return [
    {
      id: 'genuine',
      must: 'accept',
      what: 'genuine, signed by the key that signs',
      fault: 'It refuses what its sender sends.',
      test: () => signed(bed, { secrets: [newest] }),
    },
    {
      id: 'unsigned',
      must: 'refuse',
      what: 'without a signature',
      fault: 'Whoever knows its address is believed.',
      test: () => unsigned(bed, newest),
    },
    {
      id: 'wrong-key',
      must: 'refuse',
      what: 'signed by a key that nobody has',
      fault: 'Any signature will do.',
      test: () => signed(bed, { secrets: [keys.foreign] }),
    },
  ]
}
