import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '../aws/close-after-each'
import { after, documentOf, type Harness, secretText, startHarness } from './harness'

// One bad value of a secret never takes a good one along.

const closing = closeAfterEach()

async function start(text: string): Promise<Harness> {
  const harness = closing(await startHarness())
  await harness.create(text)
  return harness
}

const failure = expect.any(Error)
const noMatch = expect.objectContaining({ code: 'no-matching-signature' })

/** The codes of what was reported, in order. */
function codes({ errors }: Harness): readonly unknown[] {
  return errors.map(error => (typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : error))
}

/** A document of these keys as they are, newest first. */
function rawDocument(...keys: readonly unknown[]): string {
  return JSON.stringify({ endpointId: 'ep_1', tenantId: 'org_1', version: 1, signingSecret: 'x', keys })
}

const good = { secret: secretText(1), expiresAt: null }
const badTexts = [
  ['malformed-secret', 'whsec_not base64!'],
  ['malformed-secret', 'PLACEHOLDER'],
  ['empty-secret', 'whsec_'],
  ['empty-secret', ' '],
  ['secret-with-whitespace', `${secretText(2)}\n`],
] as const

describe('a document with a bad key', () => {
  it.each([
    ...badTexts.map(([code, secret]) => [code, { ...good, secret }] as const),
    ['empty-secret', { ...good, secret: '' }],
    ['malformed-secret', { ...good, secret: 7 }],
    ['malformed-secret', { ...good, secret: null }],
    ['malformed-secret', { expiresAt: null }],
    ['malformed-secret', 'whsec_'],
    ['malformed-secret', null],
  ] as const)('verifies with the others and reports %s: %j', async (code, bad) => {
    for (const text of [rawDocument(bad, good), rawDocument(good, bad)]) {
      const harness = await start(text)
      const secrets = harness.open()
      await harness.deliver(secrets, 1)
      await harness.deliver(secrets, 1)
      await expect(harness.deliver(secrets, 9)).rejects.toEqual(noMatch)
      await harness.deliver(secrets, 1)
      expect(new Set(codes(harness))).toEqual(new Set([code]))
    }
  })

  it('reports it once for each time that the secret is read', async () => {
    const harness = await start(rawDocument({ ...good, secret: 'whsec_not base64!' }, good))
    const secrets = harness.open({ maxAgeSeconds: 60 })
    for (let delivery = 0; delivery < 5; delivery += 1) await harness.deliver(secrets, 1)
    expect(codes(harness)).toEqual(['malformed-secret'])
    harness.setNow(after(61))
    for (let delivery = 0; delivery < 5; delivery += 1) await harness.deliver(secrets, 1)
    expect(codes(harness)).toEqual(['malformed-secret', 'malformed-secret'])
  })
})

describe('a bad AWSPENDING', () => {
  it.each([...badTexts, ['not-a-document', '{"oops":1}']])(
    'is reported as %s once a forged delivery was seen, and keeps no genuine one out: %j',
    async (code, text) => {
      const harness = await start(documentOf({ n: 1 }))
      const secrets = harness.open({ maxAgeSeconds: 60 })
      await harness.put(text, 'AWSPENDING')
      await harness.deliver(secrets, 1)
      expect(codes(harness)).toEqual([])
      await expect(harness.deliver(secrets, 9)).rejects.toEqual(noMatch)
      for (const seconds of [0, 1, 31, 61, 92, 200]) {
        harness.setNow(after(seconds))
        await harness.deliver(secrets, 1)
      }
      expect(new Set(codes(harness))).toEqual(new Set([code]))
    },
  )

  it('may hold a document of which one key is good', async () => {
    const harness = await start(documentOf({ n: 2 }))
    await harness.put(rawDocument({ ...good, secret: '' }, good), 'AWSPENDING')
    await harness.deliver(harness.open(), 1)
    expect(codes(harness)).toEqual(['empty-secret'])
  })
})

describe('a bad AWSPREVIOUS', () => {
  it.each(badTexts)('is reported as %s and keeps no delivery out: %j', async (code, text) => {
    const harness = await start(text)
    await harness.put(secretText(1), 'AWSCURRENT')
    const secrets = harness.open({ previousMaxAgeSeconds: 3600 })
    await harness.deliver(secrets, 1)
    await expect(harness.deliver(secrets, 9)).rejects.toEqual(noMatch)
    expect(codes(harness)).toContain(code)
  })
})

describe('a bad AWSCURRENT', () => {
  const bad = [...badTexts, ['not-a-document', '{"keyturn":"not rotated yet"}']] as const

  it.each(bad)('is reported as %s, and AWSPENDING verifies: %j', async (code, text) => {
    const harness = await start(text)
    await harness.put(documentOf({ n: 1 }), 'AWSPENDING')
    const secrets = harness.open()
    await harness.deliver(secrets, 1)
    expect(codes(harness)).toContain(code)
  })

  it.each(bad)('is reported as %s, and a plain AWSPREVIOUS verifies in its time: %j', async (code, text) => {
    const harness = await start(secretText(1))
    await harness.put(text, 'AWSCURRENT')
    const secrets = harness.open({ previousMaxAgeSeconds: 60, maxAgeSeconds: 1000 })
    await harness.deliver(secrets, 1)
    expect(codes(harness)).toContain(code)
    harness.setNow(after(60))
    await expect(harness.deliver(secrets, 1)).rejects.toEqual(failure)
  })

  it('takes no cached secret along, and is mended by the next read', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open({ maxAgeSeconds: 60 })
    await harness.deliver(secrets, 1)
    await harness.put('{"oops":1}', 'AWSCURRENT')
    await harness.put(documentOf({ n: 3 }), 'AWSPENDING')
    harness.setNow(after(61))
    await harness.deliver(secrets, 1)
    expect(codes(harness)).toEqual(['not-a-document'])
    await harness.put(documentOf({ n: 2 }), 'AWSCURRENT')
    harness.setNow(after(63))
    await harness.deliver(secrets, 2)
  })

  it.each(badTexts)(
    'is refreshed when there is no other (%s), as often as for any mismatch: %j',
    async (_code, text) => {
      const harness = await start(text)
      const secrets = harness.open()
      for (let tries = 0; tries < 5; tries += 1) await expect(harness.deliver(secrets, 1)).rejects.toEqual(failure)
      expect(harness.reads()).toBe(3)
      await harness.put(secretText(1), 'AWSCURRENT')
      harness.setNow(after(10))
      await harness.deliver(secrets, 1)
    },
  )
})

describe('a byte order mark', () => {
  it('is ignored before a document', async () => {
    const harness = await start(`\ufeff${documentOf({ n: 1 })}`)
    await harness.deliver(harness.open(), 1)
    expect(codes(harness)).toEqual([])
  })
})
