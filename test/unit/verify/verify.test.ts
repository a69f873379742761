import { describe, expect, it } from '@jest/globals'
import {
  FaultySecretError,
  sign,
  standardWebhooks,
  utf8Text,
  verify,
  type VerifyOptions,
  WebhookVerificationError,
} from '../../../src/verify'
import { codeOf } from './code-of'
import { FOREIGN, NEW, NOON, NOON_SECONDS, OLD, whsec } from './secrets'

const BODY = '{"type":"invoice.paid"}'
const SIGNED = sign(BODY, [NEW, OLD], { id: 'msg_1', now: NOON })

interface Case {
  readonly body?: string | Uint8Array
  readonly secrets?: string | readonly string[]
  readonly options?: VerifyOptions
}

function refusal(headers: Record<string, string | string[] | null | undefined>, given: Case = {}): string | undefined {
  const { body = BODY, secrets = [NEW], options } = given
  return codeOf(() => verify(body, headers, secrets, { now: NOON, ...options }))
}

/** The delivery with the signatures of these secrets, each also under another version. */
function signedBy(...secrets: string[]): string[] {
  return (sign(BODY, secrets, { id: 'msg_1', now: NOON })['webhook-signature'] ?? '').split(' ')
}

describe('a rotation', () => {
  it.each([
    ['the old key before it', [OLD], [OLD]],
    ['the old key, with both live', [OLD], [NEW, OLD]],
    ['the new key, with both live', [NEW], [NEW, OLD]],
    ['both keys, where only the old one is known', [NEW, OLD], [OLD]],
    ['both keys, where only the new one is known', [NEW, OLD], [NEW]],
    ['both keys, with both live', [NEW, OLD], [NEW, OLD]],
  ])('accepts a delivery signed with %s', (_what, signers, live) => {
    expect(refusal(sign(BODY, signers, { id: 'msg_1', now: NOON }), { secrets: live })).toBeUndefined()
  })

  it('refuses a key that is no longer live', () => {
    expect(refusal(sign(BODY, [OLD], { id: 'msg_1', now: NOON }), { secrets: [NEW] })).toBe('no-matching-signature')
  })

  it('accepts whichever of three live keys signed, however often and in whatever order', () => {
    const live = [whsec(3), whsec(4), whsec(5)]
    const byOne = live.map(secret => sign(BODY, [secret], { id: 'msg_1', now: NOON }))
    for (const which of [2, 2, 2, 0, 1, 1, 1, 2, 0, 0, 0, 1]) {
      expect(refusal(byOne[which] ?? {}, { secrets: live })).toBeUndefined()
      expect(refusal(sign(BODY, [FOREIGN], { id: 'msg_1', now: NOON }), { secrets: live })).toBe(
        'no-matching-signature',
      )
    }
  })
})

describe('missing-header', () => {
  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s, or with an empty one', name => {
    expect(refusal({ ...SIGNED, [name]: undefined })).toBe('missing-header')
    expect(refusal({ ...SIGNED, [name]: '' })).toBe('missing-header')
    expect(refusal({ ...SIGNED, [name]: [] })).toBe('missing-header')
    expect(refusal({ ...SIGNED, [name]: null })).toBe('missing-header')
  })

  it('without any header', () => {
    expect(refusal({})).toBe('missing-header')
    expect(codeOf(() => verify(BODY, new Headers(), [NEW]))).toBe('missing-header')
    for (const none of [null, undefined]) expect(codeOf(() => verify(BODY, none, [NEW]))).toBe('missing-header')
  })

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('where a record gives %s twice', name => {
    const value = SIGNED[name] ?? ''
    expect(refusal({ ...SIGNED, [name]: [value, value] })).toBe('missing-header')
  })

  it('names what is needed and no value', () => {
    const work = (): void => verify(BODY, { 'webhook-id': 'msg_secretly' }, [NEW])
    expect(work).toThrow(
      new WebhookVerificationError('missing-header', 'needed: webhook-id, webhook-timestamp, webhook-signature'),
    )
  })
})

describe('bad-id', () => {
  it('is an id with a full stop, by which one signature would stand for two deliveries', () => {
    const moved = { ...SIGNED, 'webhook-id': `msg_1.${NOON_SECONDS}`, 'webhook-timestamp': `${NOON_SECONDS + 1}` }
    const signature = sign(`${NOON_SECONDS + 1}.${BODY}`, [NEW], { id: 'msg_1', now: NOON })['webhook-signature']
    expect(refusal({ ...moved, 'webhook-signature': signature })).toBe('bad-id')
  })
})

describe('bad-timestamp', () => {
  it.each([
    `${NOON_SECONDS}abc`,
    ` ${NOON_SECONDS}`,
    `+${NOON_SECONDS}`,
    `${NOON_SECONDS}.0`,
    '-1',
    '1e9',
    '0x10',
    '１',
    ' ',
    '1700000000000',
    'NaN',
  ])('refuses %j', timestamp => {
    expect(refusal({ ...SIGNED, 'webhook-timestamp': timestamp })).toBe('bad-timestamp')
  })
})

describe('stale-timestamp', () => {
  const at = (seconds: number): Date => new Date((NOON_SECONDS + seconds) * 1000)

  it('takes 300 seconds either way, its bounds included', () => {
    expect(refusal(SIGNED, { options: { now: at(300) } })).toBeUndefined()
    expect(refusal(SIGNED, { options: { now: at(301) } })).toBe('stale-timestamp')
    expect(refusal(SIGNED, { options: { now: at(-300) } })).toBeUndefined()
    expect(refusal(SIGNED, { options: { now: at(-301) } })).toBe('stale-timestamp')
  })

  it('takes another tolerance', () => {
    expect(refusal(SIGNED, { options: { now: at(10), toleranceSeconds: 10 } })).toBeUndefined()
    expect(refusal(SIGNED, { options: { now: at(11), toleranceSeconds: 10 } })).toBe('stale-timestamp')
    expect(refusal(SIGNED, { options: { toleranceSeconds: 0 } })).toBeUndefined()
  })

  it('takes the clock where no time is given', () => {
    expect(codeOf(() => verify(BODY, SIGNED, [NEW]))).toBe('stale-timestamp')
    expect(codeOf(() => verify(BODY, sign(BODY, [NEW], { id: 'msg_1' }), [NEW]))).toBeUndefined()
  })
})

describe('empty-secret', () => {
  it.each([[[]], [''], ['whsec_'], ['whsec_===='], [['whsec_']], [['', 'whsec_']], [' \n']])('refuses %j', secrets => {
    expect(refusal(SIGNED, { secrets })).toBe('empty-secret')
  })

  it.each([' ', '\ufeff', '\t\r\n'])('is %j also where the whole text is the key', secret => {
    expect(refusal(SIGNED, { secrets: [secret], options: { keyBytes: utf8Text } })).toBe('empty-secret')
  })

  it('comes before anything that is wrong with the delivery', () => {
    expect(refusal({}, { secrets: [] })).toBe('empty-secret')
  })
})

/** What `onError` is told of, and what the delivery is refused with. */
function reported(secrets: readonly string[], options: VerifyOptions = {}) {
  const told: string[] = []
  const onError = ({ code, index }: FaultySecretError): void => void told.push(`${index} ${code}`)
  return { refused: refusal(SIGNED, { secrets, options: { ...options, onError } }), told }
}

describe('a secret that cannot be used, beside one that signed', () => {
  it.each([
    ['malformed-secret', 'whsec_not base64!'],
    ['empty-secret', ''],
    ['empty-secret', 'whsec_'],
    ['secret-with-whitespace', `${NEW}\n`],
    ['secret-with-whitespace', ` ${NEW}`],
    ['secret-with-whitespace', `\ufeff${NEW}`],
  ])('is reported as %s and keeps no delivery out: %j', (code, bad) => {
    expect(reported([NEW, bad])).toEqual({ refused: undefined, told: [`1 ${code}`] })
    expect(reported([bad, OLD, bad, NEW])).toEqual({ refused: undefined, told: [`0 ${code}`, `2 ${code}`] })
    expect(reported([FOREIGN, bad])).toEqual({ refused: 'no-matching-signature', told: [`1 ${code}`] })
  })

  it('is reported where the list holds what is no text', () => {
    const list: readonly string[] = JSON.parse(JSON.stringify([null, NEW, 7]))
    expect(reported(list)).toEqual({ refused: undefined, told: ['0 malformed-secret', '2 malformed-secret'] })
  })

  it('is used as it stands where the whole text is the key, and reported for its whitespace', () => {
    const padded = 'a secret\n'
    const headers = sign(BODY, padded, { id: 'msg_1', now: NOON, keyBytes: utf8Text })
    const told: string[] = []
    const options = { now: NOON, keyBytes: utf8Text, onError: (error: FaultySecretError) => void told.push(error.code) }
    verify(BODY, headers, [padded], options)
    expect(codeOf(() => verify(BODY, headers, ['a secret'], options))).toBe('no-matching-signature')
    expect(told).toEqual(['secret-with-whitespace'])
  })
})

describe('a secret that is not in its format', () => {
  it.each([
    ['malformed-secret', ['whsec_not base64!']],
    ['malformed-secret', ['', 'whsec_not base64!', ' x']],
    ['secret-with-whitespace', [` ${NEW}`, '']],
  ])('is thrown as %s where none is left to verify with: %j', (code, secrets) => {
    expect(() => verify(BODY, SIGNED, secrets, { now: NOON })).toThrow(TypeError)
    expect(() => verify(BODY, SIGNED, secrets, { now: NOON })).toThrow(expect.objectContaining({ code }))
  })

  it('is never in the message', () => {
    const work = (): void => verify(BODY, SIGNED, ['whsec_secretly!'], { now: NOON })
    expect(work).toThrow(new FaultySecretError('malformed-secret', 0))
    expect(work).toThrow(/^secret 1 is not in its format$/)
  })

  it('is another key in another format', () => {
    expect(refusal(SIGNED, { options: { keyBytes: { encoding: 'utf8', prefix: '' } } })).toBe('no-matching-signature')
    expect(refusal(SIGNED)).toBeUndefined()
  })
})

describe('the signatures of one header', () => {
  const withSignatures = (...signatures: string[]): Record<string, string> => {
    return { ...SIGNED, 'webhook-signature': signatures.join(' ') }
  }
  const [genuine = ''] = signedBy(NEW)
  const forged = (count: number): string[] => signedBy(...Array.from({ length: count }, (_, n) => whsec(100 + n)))

  it('skips unknown versions', () => {
    expect(refusal(withSignatures('v1a,c29tZXRoaW5n', 'v2,x', 'junk', '', genuine))).toBeUndefined()
  })

  it('refuses the right signature under another version', () => {
    for (const version of ['v2', 'v1a', 'V1', 'v', '']) {
      expect(refusal(withSignatures(genuine.replace('v1', version)))).toBe('no-matching-signature')
    }
  })

  it('looks at 16 signatures and no more, not counting other versions', () => {
    expect(refusal(withSignatures(...forged(15), genuine))).toBeUndefined()
    expect(refusal(withSignatures(...Array.from({ length: 40 }, () => 'v2,x'), ...forged(15), genuine))).toBeUndefined()
    expect(refusal(withSignatures(...forged(16), genuine))).toBe('no-matching-signature')
  })

  it('reads a header that was sent twice as HTTP joins it', () => {
    expect(refusal({ ...SIGNED, 'webhook-signature': `${genuine}, ${forged(1)[0]}` })).toBeUndefined()
    expect(refusal({ ...SIGNED, 'webhook-signature': `${forged(1)[0]}, ${genuine}` })).toBeUndefined()
  })

  it('refuses every other spelling of the same bytes', () => {
    const spellings = [
      genuine.replace('=', ''),
      `${genuine}=`,
      genuine.replace(/.=$/, 'B='),
      genuine.toLowerCase(),
      `${genuine.slice(0, 5)}${String.fromCharCode(genuine.charCodeAt(5) + 256)}${genuine.slice(6)}`,
      `${genuine}\t`,
    ]
    for (const spelling of spellings) {
      expect(spelling).not.toBe(genuine)
      expect(refusal(withSignatures(spelling))).toBe('no-matching-signature')
    }
  })

  it('refuses an empty signature and a bare version', () => {
    for (const bare of ['v1,', 'v1', 'v1,=', 'v1,,'])
      expect(refusal(withSignatures(bare))).toBe('no-matching-signature')
  })
})

describe('what headers may be', () => {
  const svix = Object.fromEntries(
    Object.entries(SIGNED).map(([name, value]) => [name.replace('webhook', 'svix'), value]),
  )

  it('reads Headers, records in any case, and arrays of one', () => {
    const capitals = Object.fromEntries(Object.entries(SIGNED).map(([name, value]) => [name.toUpperCase(), value]))
    const arrays = Object.fromEntries(Object.entries(SIGNED).map(([name, value]) => [name, [value]]))
    for (const headers of [SIGNED, new Headers(SIGNED), capitals, arrays, new Map(Object.entries(SIGNED))]) {
      expect(codeOf(() => verify(BODY, headers, [NEW], { now: NOON }))).toBeUndefined()
    }
  })

  it('reads the names of Svix', () => {
    expect(refusal(svix)).toBeUndefined()
    expect(codeOf(() => verify(BODY, new Headers(svix), NEW, { now: NOON }))).toBeUndefined()
  })

  it('never mixes the names of one and the other', () => {
    expect(refusal({ ...svix, 'svix-id': undefined, 'webhook-id': SIGNED['webhook-id'] })).toBe('missing-header')
    expect(refusal({ ...svix, 'webhook-id': 'msg_2' })).toBeUndefined()
  })

  it('takes a header that happens to be called get for a header', () => {
    expect(refusal({ ...SIGNED, get: 'yes' })).toBeUndefined()
  })
})

describe('what is signed', () => {
  it('takes bytes and the text that they encode for the same', () => {
    const text = '{"name":"Zoë 🦊"}'
    const headers = sign(text, [NEW], { id: 'msg_1', now: NOON })
    expect(refusal(headers, { body: Buffer.from(text) })).toBeUndefined()
    expect(refusal(headers, { body: new Uint8Array(Buffer.from(text)) })).toBeUndefined()
    expect(sign(Buffer.from(text), [NEW], { id: 'msg_1', now: NOON })).toEqual(headers)
  })

  it('takes an empty body', () => {
    expect(refusal(sign('', [NEW], { id: 'msg_1', now: NOON }), { body: new Uint8Array() })).toBeUndefined()
  })

  it('refuses another body, id or timestamp', () => {
    expect(refusal(SIGNED, { body: `${BODY} ` })).toBe('no-matching-signature')
    expect(refusal({ ...SIGNED, 'webhook-id': 'msg_2' })).toBe('no-matching-signature')
    expect(refusal({ ...SIGNED, 'webhook-timestamp': `${NOON_SECONDS + 1}` })).toBe('no-matching-signature')
    expect(refusal({ ...SIGNED, 'webhook-timestamp': `0${NOON_SECONDS}` })).toBe('no-matching-signature')
  })

  it('tells bytes apart that are not UTF-8', () => {
    const headers = sign(Buffer.from([0x22, 0xff, 0x22]), [NEW], { id: 'msg_1', now: NOON })
    expect(refusal(headers, { body: Buffer.from([0x22, 0xff, 0x22]) })).toBeUndefined()
    expect(refusal(headers, { body: Buffer.from([0x22, 0xfe, 0x22]) })).toBe('no-matching-signature')
  })

  it('throws what is not a refusal when a scheme signs what it has no header for', () => {
    const scheme = { ...standardWebhooks, id: [] }
    expect(() => verify(BODY, SIGNED, [NEW], { scheme, now: NOON })).toThrow(TypeError)
  })
})

describe('many secrets', () => {
  it('verifies with each of more secrets than are kept ready', () => {
    const secrets = Array.from(
      { length: 1100 },
      (_, n) => `whsec_${Buffer.from(`secret number ${n}`).toString('base64')}`,
    )
    const signed = secrets.map(secret => sign(BODY, [secret], { id: 'msg_1', now: NOON }))
    const refused = secrets.filter((secret, n) => refusal(signed[n] ?? {}, { secrets: [secret] }) !== undefined)
    expect(refused).toEqual([])
    expect(refusal(signed[0] ?? {}, { secrets: secrets.slice(1) })).toBe('no-matching-signature')
  })
})
