import { signsPart } from '../../src/verify'
import { type Bed, sha1Of, signed, type TestDelivery, unsigned, withSignature } from './deliveries'
import { inBody, type Keys, type NotApplicable, type Row } from './row'

// What a forger makes who has no key, or has seen one delivery.

export function forgedRows(bed: Bed, { live: [newest], foreign }: Keys): readonly Row[] {
  const { scheme } = bed.dialect
  const genuine = (): ReturnType<typeof signed> => signed(bed, { secrets: [newest] })
  const withChangedHmac = (change: (hmac: string) => string): TestDelivery =>
    withSignature(genuine(), scheme, ({ before, prefix, hmac }) => before + prefix + change(hmac))
  return [
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
      test: () => signed(bed, { secrets: [foreign] }),
    },
    {
      id: 'changed-body',
      must: 'refuse',
      what: 'genuine, but for one byte of the body',
      fault: 'Whoever has seen one delivery can put another body into it.',
      test: () => changedBody(genuine()),
    },
    {
      id: 'reserialised-body',
      must: 'refuse',
      what: 'genuine, but the same JSON written otherwise',
      fault: 'It verifies a body that it parsed and wrote again, not the bytes that arrived.',
      test: inBody(bed) ?? (() => rewritten(genuine())),
    },
    {
      id: 'other-scheme',
      must: 'refuse',
      what: 'the signature of another scheme',
      fault: 'The delivery chooses how it is verified.',
      test: () => ofAnotherScheme(bed, newest),
    },
    {
      id: 'changed-signature',
      must: 'refuse',
      what: 'a signature of which the second half is wrong',
      fault: 'It compares the beginning alone.',
      test: () => withChangedHmac(hmac => firstHalf(hmac) + otherText(hmac.slice(hmac.length / 2))),
    },
    {
      id: 'cut-signature',
      must: 'refuse',
      what: 'a signature of which the second half is missing',
      fault: 'It compares only as much as the delivery brings: the first character would do.',
      test: () => withChangedHmac(firstHalf),
    },
    {
      id: 'weaker-alone',
      must: 'refuse',
      what: 'the weaker of two signatures alone',
      fault: 'Whoever has seen one delivery can send it again for ever.',
      test: weakerAlone(bed, genuine),
    },
    ...doubledRows(bed, genuine, () => signed(bed, { secrets: [foreign], shiftSeconds: -1 })),
  ]
}

function weakerAlone({ dialect: { scheme } }: Bed, genuine: () => TestDelivery): Row['test'] {
  if (scheme.weaker === undefined) return { reason: 'the scheme has one signature' }
  return () => {
    const { headers, body } = genuine()
    return { headers: without(headers, scheme.signature.header), body }
  }
}

function without(headers: TestDelivery['headers'], names: readonly string[]): TestDelivery['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}

/** Deliveries to somebody else than this receiver. */
export function otherPlaceRows(bed: Bed, { live: [newest], other }: Keys): readonly Row[] {
  const { scheme } = bed.dialect
  const [tenant = ''] = scheme.tenant
  const fault = "It takes another's deliveries for its own."
  return [
    {
      id: 'other-endpoint',
      must: 'refuse',
      what: "another endpoint's delivery",
      fault,
      test:
        other === null
          ? { reason: '--other-secrets names none of another endpoint' }
          : () => signed(bed, { secrets: [other] }),
    },
    {
      id: 'other-tenant',
      must: 'refuse',
      what: 'genuine, but for the tenant that it names',
      fault,
      test:
        tenant === '' || !signsPart(scheme, 'tenant')
          ? { reason: 'the scheme signs no tenant' }
          : () => {
              const { headers, body } = signed(bed, { secrets: [newest] })
              return { headers: { ...headers, [tenant]: otherText(bed.tenantId) }, body }
            },
    },
    {
      id: 'other-url',
      must: 'refuse',
      what: 'signed for another URL',
      fault,
      test: signsPart(scheme, 'url')
        ? () => signed(bed, { secrets: [newest], url: `${bed.url}x` })
        : { reason: 'the scheme signs no URL' },
    },
  ]
}

/** JSON still, wherever the byte stands. */
function changedBody({ headers, body }: TestDelivery): TestDelivery {
  const changed = body.replace(/N(?=othing happened)|[A-Za-z](?=[^A-Za-z]*$)/, otherText)
  return { headers, body: changed }
}

function rewritten({ headers, body }: TestDelivery): TestDelivery {
  return { headers, body: JSON.stringify(JSON.parse(body), null, 2) }
}

/**
 * Under a prefix that is not the scheme's, signed as a receiver might expect that believes it: by SHA-1 where the prefix
 * names the hash, by the scheme's own hash where it has a version. Without a prefix, by SHA-1.
 */
function ofAnotherScheme(bed: Bed, secret: string): TestDelivery {
  const delivery = signed(bed, { secrets: [secret] })
  return withSignature(delivery, bed.dialect.scheme, ({ before, prefix, hmac }) => {
    const isVersion = prefix !== '' && !namesHash.test(prefix)
    return before + otherPrefix(prefix) + (isVersion ? hmac : sha1Of(delivery, bed, secret))
  })
}

const namesHash = /sha-?256/i

function otherPrefix(prefix: string): string {
  if (prefix === '') return ''
  if (namesHash.test(prefix)) return prefix.replace('256', '1')
  return /\d/.test(prefix) ? prefix.replace(/\d/, digit => (digit === '9' ? '8' : '9')) : `x${prefix}`
}

/**
 * A header twice, once genuine and once not: what one part of a receiver verifies, another may not read. Of a list, each
 * signature counts, so there another signed header is doubled.
 */
function doubledRows(bed: Bed, genuine: () => ReturnType<typeof signed>, forged: typeof genuine): readonly Row[] {
  const row = {
    must: 'refuse',
    fault: 'It verifies one of two values, where another part may read the other.',
  } as const
  const name = doubledHeader(bed)
  const doubled = (order: (values: readonly [string, string]) => readonly string[]): Row['test'] => {
    if (typeof name !== 'string') return name
    return () => {
      const { headers, body } = genuine()
      return { headers: { ...headers, [name]: order([headers[name] ?? '', forged().headers[name] ?? '']) }, body }
    }
  }
  const isTimestamped = bed.dialect.scheme.signature.form === 'timestamped'
  const harmless = { reason: 'the second one is a signature more in the list, which does no harm' }
  return [
    {
      id: 'doubled-header-first',
      ...row,
      what: 'a signed header twice, first the genuine one',
      test: isTimestamped ? harmless : doubled(values => values),
    },
    {
      id: 'doubled-header-last',
      ...row,
      what: 'a signed header twice, last the genuine one',
      test: doubled(([first, second]) => [second, first]),
    },
  ]
}

function doubledHeader({ dialect: { scheme } }: Bed): string | NotApplicable {
  const [signature, id, tenant] = [scheme.signature.header[0], scheme.id[0], scheme.tenant[0]]
  const isList = scheme.signature.form === 'list'
  if (!isList && scheme.inBody === undefined && signature !== undefined) return signature
  if (id !== undefined && signsPart(scheme, 'id')) return id
  if (tenant !== undefined && signsPart(scheme, 'tenant')) return tenant
  return { reason: 'no header has anything that could not be a list' }
}

function firstHalf(text: string): string {
  return text.slice(0, text.length / 2)
}

/** Of the same length and alphabet, and nowhere the same but for punctuation. */
function otherText(text: string): string {
  return text.replace(/[\dA-Za-z]/g, character => {
    if (/\d/.test(character)) return String((Number(character) + 1) % 10)
    if (/[a-z]/.test(character)) return character === 'a' ? 'b' : 'a'
    return character === 'A' ? 'B' : 'A'
  })
}
