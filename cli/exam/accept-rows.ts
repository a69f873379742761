import type { Message } from '../../src/delivery/signed-request'
import { type Bed, signed } from './deliveries'
import { inBody, type Keys, type NotApplicable, type Row, takesSeveral } from './row'

// What a receiver must accept.

/** The delivery of the message first. */
export function acceptRows(bed: Bed, keys: Keys, message: Message): readonly Row[] {
  const { live, foreign } = keys
  const [newest] = live
  const beside = takesSeveral(bed.dialect.scheme) ? null : { reason: 'a delivery has room for one signature' }
  return [
    {
      id: 'genuine',
      must: 'accept',
      what: 'genuine, signed by the key that signs',
      fault: 'It refuses what its sender sends.',
      test: () => signed(bed, { secrets: [newest], message }),
    },
    ...liveKeyRows(bed, keys),
    {
      id: 'all-live-keys',
      must: 'accept',
      what: 'signed by all live keys at once',
      fault: 'It refuses what is sent while a key is rotated.',
      test: beside ?? oneKey(keys) ?? (() => signed(bed, { secrets: live })),
    },
    {
      id: 'unknown-key-first',
      must: 'accept',
      what: 'several signatures, and only the last is of a live key',
      fault: 'It looks at the first signature alone, and refuses whatever is sent once the sender has a newer key.',
      test: beside ?? (() => signed(bed, { secrets: [foreign, newest] })),
    },
    {
      id: 'unknown-key-last',
      must: 'accept',
      what: 'several signatures, and only the first is of a live key',
      fault: 'It looks at the last signature alone, and refuses whatever is sent while the sender keeps an older key.',
      test: beside ?? (() => signed(bed, { secrets: [newest, foreign] })),
    },
    {
      id: 'body-as-written',
      must: 'accept',
      what: 'a body with spaces and escapes, signed as it is',
      fault: 'It verifies the body as it would write it, not the bytes that arrived.',
      test: inBody(bed) ?? (() => signed(bed, { secrets: [newest], written: withSpacesAndEscapes })),
    },
  ]
}

/** The message once more: what was accepted is answered so again, or the sender never stops. */
export function repeatedRow(bed: Bed, { live: [newest] }: Keys, message: Message): Row {
  return {
    id: 'repeated',
    must: 'accept',
    what: 'the genuine delivery again, with the same id',
    fault: 'It refuses what it has already: answer 2xx and do nothing, or the sender sends it again and again.',
    test: () => signed(bed, { secrets: [newest], message }),
  }
}

function liveKeyRows(bed: Bed, keys: Keys): readonly Row[] {
  const [, ...older] = keys.live
  const fault = 'It does not hold every live key, and refuses deliveries while a key is rotated.'
  const row = { must: 'accept', fault } as const
  const none = oneKey(keys)
  if (none !== null) return [{ id: 'live-key-2', ...row, what: 'signed by another live key alone', test: none }]
  return older.map((secret, index) => ({
    id: `live-key-${index + 2}`,
    ...row,
    what: `signed by live key ${index + 2} of ${keys.live.length} alone`,
    test: () => signed(bed, { secrets: [secret] }),
  }))
}

function oneKey({ live, isDocument }: Keys): NotApplicable | null {
  if (live.length > 1) return null
  return { reason: isDocument ? 'the document has one live key' : 'one secret was given: a document can have several' }
}

/** The same JSON as few would write it. */
function withSpacesAndEscapes(body: string): string {
  return JSON.stringify(JSON.parse(body), null, 2).replace('N', '\\u004e')
}
