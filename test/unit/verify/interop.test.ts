import { describe, expect, it } from '@jest/globals'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import StripeSdk from 'stripe'
import { Webhook as SvixWebhook } from 'svix'
import { sign, timestampedList, verify } from '../../../src/verify'
import { codeOf } from './code-of'
import { FOREIGN, NEW, OLD } from './secrets'

const BODY = '{"type":"invoice.paid","name":"Zoë 🦊"}'

/** The headers of a delivery signed now by the library, once with each secret. */
function signedBy(
  Library: typeof StandardWebhook | typeof SvixWebhook,
  naming: string,
  secrets: readonly string[],
): Record<string, string> {
  const now = new Date()
  return {
    [`${naming}-id`]: 'msg_1',
    [`${naming}-timestamp`]: String(Math.floor(now.getTime() / 1000)),
    [`${naming}-signature`]: secrets.map(secret => new Library(secret).sign('msg_1', now, BODY)).join(' '),
  }
}

const libraries = [
  ['standardwebhooks', StandardWebhook, 'webhook'],
  ['svix', SvixWebhook, 'svix'],
  ['svix under the standard names', SvixWebhook, 'webhook'],
] as const

describe.each(libraries)('%s', (_name, Library, naming) => {
  it.each([
    ['the old key', [OLD]],
    ['the new key', [NEW]],
    ['both keys', [NEW, OLD]],
  ])('signs with %s, and we verify with both live', (_what, signers) => {
    const headers = signedBy(Library, naming, signers)
    expect(codeOf(() => verify(BODY, headers, [NEW, OLD]))).toBeUndefined()
    expect(codeOf(() => verify(Buffer.from(BODY), headers, [OLD, NEW]))).toBeUndefined()
    expect(codeOf(() => verify(BODY, headers, [FOREIGN]))).toBe('no-matching-signature')
  })

  it.each([
    ['the old key', [OLD], OLD],
    ['the new key', [NEW], NEW],
    ['both keys', [NEW, OLD], OLD],
    ['both keys', [NEW, OLD], NEW],
  ])('verifies what we sign with %s', (_what, signers, known) => {
    const headers = sign(BODY, signers, { id: 'msg_1' })
    expect(new Library(known).verify(BODY, headers)).toEqual(JSON.parse(BODY))
    expect(() => new Library(FOREIGN).verify(BODY, headers)).toThrow('No matching signature found')
  })
})

describe('stripe', () => {
  const scheme = timestampedList({ header: 'stripe-signature' })
  const { webhooks } = StripeSdk

  it('signs, and we verify with both live', () => {
    const header = webhooks.generateTestHeaderString({ payload: BODY, secret: OLD })
    expect(codeOf(() => verify(BODY, { 'stripe-signature': header }, [NEW, OLD], { scheme }))).toBeUndefined()
    expect(codeOf(() => verify(BODY, { 'stripe-signature': header }, [NEW], { scheme }))).toBe('no-matching-signature')
  })

  it('verifies what we sign with both keys', () => {
    const header = sign(BODY, [NEW, OLD], { scheme })['stripe-signature'] ?? ''
    expect(webhooks.constructEvent(BODY, header, NEW)).toEqual(JSON.parse(BODY))
    expect(webhooks.constructEvent(BODY, header, OLD)).toEqual(JSON.parse(BODY))
    expect(() => webhooks.constructEvent(BODY, header, FOREIGN)).toThrow('No signatures found')
  })
})
