import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { createHmac } from 'node:crypto'
import {
  bodyHex,
  type Scheme,
  sign,
  standardWebhooks,
  tenantBodyHex,
  timestampBodyHex,
  timestampedList,
  verify,
} from '../../../src/verify'
import { codeOf } from './code-of'
import { FOREIGN, NEW, NOON, NOON_SECONDS, OLD } from './secrets'
import { published } from './vectors'

const BODY = '{"type":"invoice.paid"}'
const MESSAGE = { id: 'msg_1', tenant: 'org_7', now: NOON }
const AT = String(NOON_SECONDS)

const list = timestampedList({ header: 'X-Signature' })
const timestamped = timestampBodyHex({ header: 'X-Webhook-Signature', timestamp: 'X-Webhook-Timestamp' })
const tenant = tenantBodyHex({
  header: 'X-Signature-V2',
  bodyHeader: 'X-Signature',
  timestamp: 'X-Timestamp',
  tenant: 'X-Org',
})
const body = bodyHex({ header: 'X-Webhook-Signature' })
const all: readonly (readonly [string, Scheme])[] = Object.entries({
  standardWebhooks,
  list,
  timestamped,
  tenant,
  body,
})

/** The HMAC over the content, with the UTF-8 text of the secret as its key. */
function hex(secret: string, content: string): string {
  return createHmac('sha256', secret).update(content).digest('hex')
}

function refusal(
  headers: Record<string, string | undefined>,
  scheme: Scheme,
  secrets: readonly string[] = [NEW],
): unknown {
  return codeOf(() => verify(BODY, headers, secrets, { scheme, now: NOON }))
}

describe('published deliveries', () => {
  it.each(published)('verify: $source', ({ scheme, secret, seconds, body: text, headers }) => {
    const now = new Date(seconds * 1000)
    expect(codeOf(() => verify(text, headers, [secret], { scheme, now }))).toBeUndefined()
    expect(codeOf(() => verify(`${text} `, headers, [secret], { scheme, now }))).toBe('no-matching-signature')
  })
})

describe('timestamped list', () => {
  it('writes one signature a live key, newest first', () => {
    const content = `${AT}.${BODY}`
    expect(sign(BODY, [NEW, OLD], { scheme: list, ...MESSAGE })).toEqual({
      'x-signature': `t=${AT},v1=${hex(NEW, content)},v1=${hex(OLD, content)}`,
    })
  })

  it('reads its parts in any order and skips other versions', () => {
    const signature = hex(NEW, `${AT}.${BODY}`)
    expect(refusal({ 'x-signature': `v0=x,v1=${hex(OLD, 'x')},v1=${signature},t=${AT}` }, list)).toBeUndefined()
    expect(refusal({ 'x-signature': `t=${AT},v0=${signature}` }, list)).toBe('no-matching-signature')
    expect(refusal({ 'x-signature': `t=${AT},v1=${signature} ` }, list)).toBe('no-matching-signature')
    expect(refusal({ 'x-signature': `t=${AT}` }, list)).toBe('no-matching-signature')
  })

  it('needs exactly one timestamp, and a fresh one', () => {
    const signature = hex(NEW, `${AT}.${BODY}`)
    for (const timestamps of ['', `t=,`, `t=${AT}abc,`, `t=${AT},t=${AT},`]) {
      expect(refusal({ 'x-signature': `${timestamps}v1=${signature}` }, list)).toBe('bad-timestamp')
    }
    const stale = sign(BODY, [NEW], { scheme: list, now: new Date(NOON.getTime() - 301_000) })
    expect(refusal(stale, list)).toBe('stale-timestamp')
  })
})

describe('hex over timestamp.body', () => {
  it('writes the signature of the current key and the timestamp', () => {
    expect(sign(BODY, [NEW, OLD], { scheme: timestamped, ...MESSAGE })).toEqual({
      'x-webhook-timestamp': AT,
      'x-webhook-signature': hex(NEW, `${AT}.${BODY}`),
    })
  })

  it('needs both headers', () => {
    const headers = sign(BODY, [NEW], { scheme: timestamped, ...MESSAGE })
    expect(refusal(headers, timestamped)).toBeUndefined()
    for (const name of Object.keys(headers))
      expect(refusal({ ...headers, [name]: undefined }, timestamped)).toBe('missing-header')
  })

  it('refuses capitals, a prefix, and anything around the signature', () => {
    const headers = sign(BODY, [NEW], { scheme: timestamped, ...MESSAGE })
    const signature = headers['x-webhook-signature'] ?? ''
    for (const value of [
      signature.toUpperCase(),
      `sha256=${signature}`,
      `${signature},${signature}`,
      ` ${signature}`,
    ]) {
      expect(refusal({ ...headers, 'x-webhook-signature': value }, timestamped)).toBe('no-matching-signature')
    }
  })
})

describe('hex over timestamp.tenant.body and over the body', () => {
  const headers = sign(BODY, [NEW, OLD], { scheme: tenant, ...MESSAGE })

  it('writes both signatures of the current key, the timestamp and the tenant', () => {
    expect(headers).toEqual({
      'x-timestamp': AT,
      'x-org': 'org_7',
      'x-signature-v2': `sha256=${hex(NEW, `${AT}.org_7.${BODY}`)}`,
      'x-signature': `sha256=${hex(NEW, BODY)}`,
    })
  })

  it('never takes the signature over the body alone, which stays valid for ever', () => {
    expect(refusal({ ...headers, 'x-signature-v2': undefined }, tenant)).toBe('missing-header')
    expect(refusal({ ...headers, 'x-signature-v2': headers['x-signature'] }, tenant)).toBe('no-matching-signature')
  })

  it('does not need the signature over the body, but refuses a wrong one', () => {
    expect(refusal({ ...headers, 'x-signature': undefined }, tenant)).toBeUndefined()
    expect(refusal({ ...headers, 'x-signature': `sha256=${hex(FOREIGN, BODY)}` }, tenant)).toBe('no-matching-signature')
  })

  it('refuses a tenant with a full stop, whose signature would stand for another tenant’s delivery', () => {
    const { 'x-signature-v2': signature } = sign('1.5', [NEW], { scheme: tenant, tenant: 'org', now: NOON })
    const moved = { 'x-timestamp': AT, 'x-org': 'org.1', 'x-signature-v2': signature }
    expect(codeOf(() => verify('5', moved, [NEW], { scheme: tenant, now: NOON }))).toBe('bad-tenant')
    expect(() => sign('5', [NEW], { scheme: tenant, tenant: 'org.1', now: NOON })).toThrow(TypeError)
  })

  it('takes a tenant with a full stop where nothing but a header names it', () => {
    const unsigned: Scheme = { ...tenant, signature: { ...tenant.signature, content: '{timestamp}.{body}' } }
    const named = sign(BODY, [NEW], { scheme: unsigned, tenant: 'org.1', now: NOON })
    expect(refusal(named, unsigned)).toBeUndefined()
  })

  it('refuses another tenant', () => {
    expect(refusal({ ...headers, 'x-org': 'org_8' }, tenant)).toBe('no-matching-signature')
  })
})

describe('hex over the body', () => {
  it('writes the signature of the current key alone', () => {
    expect(sign(BODY, [NEW, OLD], { scheme: body })).toEqual({ 'x-webhook-signature': hex(NEW, BODY) })
  })

  it('is verified whatever the time: there is no timestamp', () => {
    const headers = sign(BODY, [NEW], { scheme: body, now: new Date(0) })
    expect(refusal(headers, body)).toBeUndefined()
  })
})

describe.each(all)('every scheme: %s', (_name, scheme) => {
  it('carries the current key through an overlap, and with several signatures the old one too', () => {
    const headers = sign(BODY, [NEW, OLD], { scheme, ...MESSAGE })
    expect(refusal(headers, scheme, [NEW, OLD])).toBeUndefined()
    expect(refusal(headers, scheme, [OLD, NEW])).toBeUndefined()
    expect(refusal(headers, scheme, [NEW])).toBeUndefined()
    const withOldOnly = scheme.signature.form === 'single' ? 'no-matching-signature' : undefined
    expect(refusal(headers, scheme, [OLD])).toBe(withOldOnly)
    expect(refusal(headers, scheme, [FOREIGN])).toBe('no-matching-signature')
  })

  it('accepts any body as signed and refuses it with one bit changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (bytes, bit) => {
        const headers = sign(bytes, [NEW], { scheme, ...MESSAGE })
        verify(bytes, headers, [OLD, NEW], { scheme, now: NOON })
        const changed = Uint8Array.from(bytes, (byte, at) =>
          at === bit % bytes.length ? byte ^ (1 << (bit % 8)) : byte,
        )
        expect(codeOf(() => verify(changed, headers, [OLD, NEW], { scheme, now: NOON }))).toBe('no-matching-signature')
      }),
    )
  })

  it('refuses any signature of the right form but one', () => {
    const headers = sign(BODY, [NEW], { scheme, ...MESSAGE })
    const name = scheme.signature.header[0] ?? ''
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), bytes => {
        const forged =
          scheme.signature.prefix +
          Buffer.from(bytes).toString(scheme.signature.encoding === 'base64' ? 'base64' : 'hex')
        const value = scheme.signature.form === 'timestamped' ? `t=${AT},${forged}` : forged
        expect(refusal({ ...headers, [name]: value }, scheme)).toBe('no-matching-signature')
      }),
    )
  })
})
