import { type Bed, signed, signedByNoKey } from './deliveries'
import type { Keys, Row } from './row'

// What is signed by a key that does not count, or counts no longer.

export function keyRows(bed: Bed, keys: Keys): readonly Row[] {
  return [
    {
      id: 'empty-key',
      must: 'refuse',
      what: 'signed by an empty key',
      fault: 'A secret that is not set verifies, and everybody knows it.',
      test: () => signedByNoKey(bed),
    },
    ...endedKeyRows(bed, keys),
  ]
}

function endedKeyRows(bed: Bed, { ended, ending, isDocument }: Keys): readonly Row[] {
  const row = { must: 'refuse', fault: 'A key that was ended, since it leaked perhaps, verifies still.' } as const
  if (ended.length > 0) {
    return ended.map((secret, index) => ({
      id: `ended-key-${index + 1}`,
      ...row,
      what: ended.length === 1 ? 'signed by an ended key' : `signed by ended key ${index + 1} of ${ended.length}`,
      test: () => signed(bed, { secrets: [secret] }),
    }))
  }
  const close = ending > 0 ? 'the key that ends does so within a minute of now' : 'the document has no ended key'
  const reason = isDocument ? close : 'one secret was given: a document can have ended keys'
  return [{ id: 'ended-key-1', ...row, what: 'signed by an ended key', test: { reason } }]
}
