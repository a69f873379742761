import { buildSync } from 'esbuild'
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import StripeSdk from 'stripe'
import { Webhook as SvixWebhook } from 'svix'
import type * as Verify from '../src/verify'
import type { Work } from './interleaved'

const { bodyHex, sign, timestampedList, verify } = bundledVerify()

const newKey = `whsec_${Buffer.alloc(32, 'the new key of the benchmark').toString('base64')}`
const oldKey = `whsec_${Buffer.alloc(32, 'the old key of the benchmark').toString('base64')}`
const stripeScheme = timestampedList({ header: 'stripe-signature' })
const gitHubScheme = bodyHex({ header: 'x-hub-signature-256', prefix: 'sha256=' })

/** A JSON document of exactly `bytes` ASCII bytes. */
export function jsonBody(bytes: number): string {
  const around = JSON.stringify({ type: 'invoice.paid', data: '' })
  const data = 'a webhook that was signed '.repeat(bytes / 26).padEnd(bytes - around.length, '.')
  return JSON.stringify({ type: 'invoice.paid', data: data.slice(0, bytes - around.length) })
}

/** Standard Webhooks deliveries of `text`, verified by Keyturn, by hand and by two libraries, as text and as bytes. */
export function standardWork(text: string): Record<string, Work> {
  const bytes = Buffer.from(text)
  const next = inTurn(index => sign(text, [newKey], { id: `msg_2KWPBgLlAfxdpx2AI54pPJ8${index}` }))
  const standard = new StandardWebhook(newKey)
  const svix = new SvixWebhook(newKey)
  return {
    'keyturn bytes': () => verify(bytes, next(), [newKey]),
    'keyturn text': () => verify(text, next(), [newKey]),
    'node:crypto bytes': () => verifyByHand(bytes, next()),
    'node:crypto text': () => verifyByHand(text, next()),
    standardwebhooks: () => standard.verify(text, next(), { jsonParse: false }),
    svix: () => svix.verify(text, next()),
  }
}

/** Deliveries with `t=…,v1=…`. Stripe's `constructEvent` would parse the body as well, so its inner step is timed. */
export function stripeWork(text: string): Record<string, Work> {
  const next = inTurn(index => sign(text, [newKey], { scheme: stripeScheme, now: new Date(Date.now() - index * 1000) }))
  const { signature } = StripeSdk.webhooks
  if (signature === null) throw new TypeError('stripe has its signature helper')
  return {
    keyturn: () => verify(text, next(), [newKey], { scheme: stripeScheme }),
    stripe: () => signature.verifyHeader(text, next()['stripe-signature'] ?? '', newKey, 300),
  }
}

/** Deliveries with `sha256=…` over the body. */
export async function octokitWork(text: string): Promise<Record<string, Work>> {
  const octokit = await import('@octokit/webhooks-methods')
  const next = inTurn(() => sign(text, [newKey], { scheme: gitHubScheme }))
  return {
    keyturn: () => verify(text, next(), [newKey], { scheme: gitHubScheme }),
    octokit: () => octokit.verify(newKey, text, next()['x-hub-signature-256'] ?? ''),
  }
}

/** Two live keys: deliveries that both signed, that only the older one signed, and that each signed in turn. */
export function twoKeyWork(text: string): Record<string, Work> {
  const bytes = Buffer.from(text)
  const live = [newKey, oldKey]
  const [byNew, byOld, byBoth] = [[newKey], [oldKey], live].map(secrets => sign(bytes, secrets, { id: 'msg_1' }))
  if (byNew === undefined || byOld === undefined || byBoth === undefined) throw new TypeError('three deliveries')
  let turn = 0
  return {
    'one key': () => verify(bytes, byOld, [oldKey]),
    'signed by both': () => verify(bytes, byBoth, live),
    'signed by the older': () => verify(bytes, byOld, live),
    'signed by each in turn': () => verify(bytes, (turn += 1) % 2 === 0 ? byNew : byOld, live),
  }
}

/** Another delivery at each call: the engine would compute the signed content of a single one once and for all. */
function inTurn(delivery: (index: number) => Record<string, string>): () => Record<string, string> {
  const deliveries = Array.from({ length: 64 }, (_, index) => delivery(index))
  let turn = 0
  return () => deliveries[(turn += 1) % deliveries.length] ?? {}
}

const byHandKey = createSecretKey(Buffer.from(newKey.slice('whsec_'.length), 'base64'))

/** The least that a receiver can write: builds the signed content, decodes the header, compares timing-safe. */
function verifyByHand(body: string | Uint8Array, headers: Record<string, string>): void {
  const before = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`
  const expected = createHmac('sha256', byHandKey).update(before).update(body).digest()
  const given = Buffer.from(headers['webhook-signature']?.slice('v1,'.length) ?? '', 'base64')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('refused')
}

/** The verification library as one file, like a receiver's bundle: a loader of sources puts a getter before every call. */
function bundledVerify(): typeof Verify {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-verify-'))
  try {
    const outfile = join(folder, 'verify.cjs')
    const entry = join(__dirname, '..', 'src', 'verify', 'index.ts')
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' })
    return require(outfile)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
