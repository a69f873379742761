import { describe, expect, it } from '@jest/globals'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { Contract } from '../../../src/contracts/contract'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { Secret } from '../../../src/core/secret'
import type { Vendor } from '../../../src/rotation-hook/ports'
import { httpVendor, type HttpVendorOptions } from '../../../src/rotation-hook/vendor'
import { parseCredential } from '../../../src/rotation-hook/vendor-request'
import { closeAfterEach } from '../aws/close-after-each'
import { allMadeUp } from '../contracts/made-up/all-made-up'
import { NOON } from './model'
import { type ScriptedVendor, startScriptedVendor, type Turn } from './scripted-vendor'
import { vendorSamples } from './vendor-samples'

const closing = closeAfterEach()
const sending = (): void => undefined

async function vendorAt(
  contract: Contract,
  turns: readonly Turn[],
  options: Partial<HttpVendorOptions> = {},
): Promise<{ vendor: Vendor; server: ScriptedVendor }> {
  const server = closing(await startScriptedVendor(turns))
  const vendor = httpVendor({
    contract,
    baseUrl: server.url,
    endpointId: 'ep 1',
    tenantId: 'tenant-1',
    overlapSeconds: null,
    credential: async () => new Secret('the-credential'),
    timeoutMs: 2000,
    now: () => NOON,
    ...options,
  })
  return { vendor, server }
}

describe('a vendor’s sample reply', () => {
  it.each(vendorSamples)('of $name is read', async ({ contract, body, secret, rotatedAt }) => {
    const { vendor } = await vendorAt(contract, [{ status: 200, body }])
    const rotated = await vendor.rotate('k', sending)
    expect(rotated.secret.reveal()).toBe(secret)
    expect(rotated.rotatedAt?.toISOString() ?? null).toBe(rotatedAt)
  })

  it('of our own API says which key it is, whose, and when the one before ends', async () => {
    const { vendor } = await vendorAt(keyturn, [{ status: 200, body: vendorSamples.at(-1)?.body }])
    expect(await vendor.rotate('k', sending)).toMatchObject({
      keyId: 'key_9',
      version: 4,
      tenantId: 'org_1',
      previousExpiresAt: new Date('2026-11-22T12:00:00Z'),
    })
  })
})

describe('a reply', () => {
  const text = JSON.stringify({ secret: 'whsec_é', more: 'x'.repeat(300_000) })
  const codings: readonly (readonly [string, Buffer])[] = [
    ['identity', Buffer.from(text)],
    ['gzip', gzipSync(text)],
    ['X-GZIP', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
  ]

  it.each([
    ['with a byte order mark', { body: Buffer.from(`\ufeff${text}`) }],
    ['without a content type', { body: Buffer.from(text), headers: { 'content-type': '' } }],
    ['of another content type', { body: Buffer.from(text), headers: { 'content-type': 'text/html; charset=utf-16' } }],
    ['with whitespace around it', { body: Buffer.from(`\r\n ${text}\n`) }],
    ...codings.map(([coding, body]) => [`in ${coding}`, { body, headers: { 'content-encoding': coding } }] as const),
  ])('is read as fetch reads it: %s', async (_what, reply) => {
    const { vendor, server } = await vendorAt(storno, [{ status: 200, ...reply }])
    const read = (await (await fetch(server.url)).json()) as { readonly secret: string }
    expect((await vendor.rotate('k', sending)).secret.reveal()).toBe(read.secret)
    expect(read.secret).toBe('whsec_é')
  })

  it('is not asked to come compressed', async () => {
    const { vendor, server } = await vendorAt(storno, [{ status: 200, body: text }])
    await vendor.rotate('k', sending)
    expect(server.received[0]?.headers['accept-encoding']).toBe('identity')
  })

  it.each([
    ['larger than 4 MiB', Buffer.from(JSON.stringify({ secret: 'x', more: 'x'.repeat(4 * 1024 * 1024) })), 'identity'],
    ['larger than 4 MiB when it is decoded', gzipSync(Buffer.alloc(5 * 1024 * 1024, ' ')), 'gzip'],
    ['not in its coding', Buffer.from(text), 'gzip'],
  ])('is malformed when it is %s', async (_what, body, coding) => {
    const { vendor } = await vendorAt(storno, [{ status: 200, body, headers: { 'content-encoding': coding } }])
    await expect(vendor.rotate('k', sending)).rejects.toMatchObject({
      code: 'vendor-reply-malformed',
      rotated: 'maybe',
    })
  })
})

describe('a request', () => {
  it.each<{ contract: Contract; line: string; headers: Readonly<Record<string, string>> }>([
    { contract: tumban, line: 'POST /api/v2/org/webhook-secret/rotate', headers: {} },
    { contract: thesignup, line: 'POST /webhooks/ep%201/rotate', headers: {} },
    { contract: storno, line: 'POST /api/v1/webhooks/ep%201/regenerate-secret', headers: { 'x-company': 'tenant-1' } },
    {
      contract: featurebase,
      line: 'POST /v2/webhooks/ep%201/secret',
      headers: { 'featurebase-version': '2026-01-01.nova' },
    },
    { contract: teambattles, line: 'POST /api/v1/webhooks/ep%201/rotate-secret', headers: {} },
    { contract: keyturn, line: 'POST /v1/endpoints/ep%201/secret/rotate', headers: { 'keyturn-tenant': 'tenant-1' } },
  ])(
    'to $contract.name goes where its contract says, with credential, tenant and key',
    async ({ contract, line, headers }) => {
      const { vendor, server } = await vendorAt(contract, [{ status: 500 }])
      await vendor.rotate('the-token', sending).catch(() => undefined)
      const [received] = server.received
      expect(`${received?.method} ${received?.path}`).toBe(line)
      const all = { authorization: 'Bearer the-credential', 'idempotency-key': 'the-token', ...headers }
      expect(received?.headers).toMatchObject(all)
      expect(received?.body).toBe('')
    },
  )

  it('asks for the overlap where the contract leaves it to the caller', async () => {
    const { vendor, server } = await vendorAt(keyturn, [{ status: 500 }], { overlapSeconds: 60 })
    await vendor.rotate('k', sending).catch(() => undefined)
    expect(server.received[0]).toMatchObject({
      body: '{"overlapSeconds":60}',
      headers: { 'content-type': 'application/json' },
    })
  })

  it.each(allMadeUp)('to the made-up $name has no parameter left, and one credential', async contract => {
    const { vendor, server } = await vendorAt(contract, [{ status: 500 }], { overlapSeconds: 0 })
    await vendor.rotate('k', sending).catch(() => undefined)
    const [received] = server.received
    expect(received?.path).not.toMatch(/[{}]|%7B/)
    const written = [
      'the-credential',
      ...['the-credential:', 'api:the-credential', 'ferry:the-credential'].map(pair => btoa(pair)),
    ]
    const texts = [received?.path, ...Object.values(received?.headers ?? {})].map(text => JSON.stringify(text))
    expect(texts.filter(text => written.some(credential => text.includes(credential)))).toHaveLength(1)
  })
})

describe('what a vendor shows of its secret', () => {
  it('is a hint at our own API, a mask at Storno, and nothing elsewhere', async () => {
    const shown = async (contract: Contract, body: object): Promise<unknown> =>
      (await vendorAt(contract, [{ status: 200, body }])).vendor.look()
    expect(await shown(keyturn, { hint: 'abcd' })).toEqual({ hint: 'abcd', mask: null })
    expect(await shown(storno, { secret: 'whsec_•' })).toEqual({ hint: null, mask: 'whsec_•' })
    for (const contract of [tumban, thesignup, featurebase, teambattles]) expect(await shown(contract, {})).toBeNull()
  })

  it('is asked for again on its own where the rotate reply does not have the secret', async () => {
    const revealing = allMadeUp.find(({ operations }) => operations.some(({ use }) => use === 'reveal'))
    if (revealing === undefined) throw new TypeError('no made-up vendor reveals')
    const { vendor, server } = await vendorAt(revealing, [{ status: 204 }, { status: 500 }])
    await expect(vendor.rotate('k', sending)).rejects.toMatchObject({ code: 'vendor-error' })
    expect(server.received.length).toBe(2)
  })
})

describe('the credential', () => {
  it('is the text, or the token of a JSON object', () => {
    expect(parseCredential('abc\n').reveal()).toBe('abc')
    expect(parseCredential('{"token":"abc"}').reveal()).toBe('abc')
    for (const text of ['\ufeffabc', '\ufeff{"token":"abc"}']) expect(parseCredential(text).reveal()).toBe('abc')
    for (const text of ['', 'a b', '{}', '{"token":1}', '{', 'a\r\nx: y']) {
      expect(() => parseCredential(text)).toThrow(expect.objectContaining({ code: 'no-credentials' }))
    }
  })
})
