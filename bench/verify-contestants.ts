import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import StripeSdk from 'stripe'
import { Webhook as SvixWebhook } from 'svix'
import { bodyHex, sign, timestampedList, verify } from '../src/verify'
import type { Work } from './interleaved'

const NEW = `whsec_${Buffer.alloc(32, 'the new key of the benchmark').toString('base64')}`
const OLD = `whsec_${Buffer.alloc(32, 'the old key of the benchmark').toString('base64')}`
const STRIPE = timestampedList({ header: 'stripe-signature' })
const GITHUB = bodyHex({ header: 'x-hub-signature-256', prefix: 'sha256=' })

/** A JSON document of exactly `bytes` ASCII bytes. */
export function jsonBody(bytes: number): string {
  const around = JSON.stringify({ type: 'invoice.paid', data: '' })
  const data = 'a webhook that was signed '.repeat(bytes / 26).padEnd(bytes - around.length, '.')
  return JSON.stringify({ type: 'invoice.paid', data: data.slice(0, bytes - around.length) })
}

/** One Standard Webhooks delivery, verified by Keyturn, by hand and by two libraries, as text and as bytes. */
export function standardWork(text: string): Record<string, Work> {
  const bytes = Buffer.from(text)
  const headers = sign(text, [NEW], { id: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' })
  const standard = new StandardWebhook(NEW)
  const svix = new SvixWebhook(NEW)
  return {
    'keyturn bytes': () => verify(bytes, headers, [NEW]),
    'keyturn text': () => verify(text, headers, [NEW]),
    'node:crypto bytes': () => verifyByHand(bytes, headers),
    'node:crypto text': () => verifyByHand(text, headers),
    standardwebhooks: () => standard.verify(text, headers, { jsonParse: false }),
    svix: () => svix.verify(text, headers),
  }
}

/** A delivery with `t=…,v1=…`. Stripe's `constructEvent` would parse the body as well, so its inner step is timed. */
export function stripeWork(text: string): Record<string, Work> {
  const headers = sign(text, [NEW], { scheme: STRIPE })
  const header = headers['stripe-signature'] ?? ''
  const { signature } = StripeSdk.webhooks
  if (signature === null) throw new TypeError('stripe has its signature helper')
  return {
    keyturn: () => verify(text, headers, [NEW], { scheme: STRIPE }),
    stripe: () => signature.verifyHeader(text, header, NEW, 300),
  }
}

/** A delivery with `sha256=…` over the body. */
export async function octokitWork(text: string): Promise<Record<string, Work>> {
  const octokit = await import('@octokit/webhooks-methods')
  const headers = sign(text, [NEW], { scheme: GITHUB })
  const header = headers['x-hub-signature-256'] ?? ''
  return {
    keyturn: () => verify(text, headers, [NEW], { scheme: GITHUB }),
    octokit: () => octokit.verify(NEW, text, header),
  }
}

/** Two live keys: deliveries that both signed, that only the older one signed, and that each signed in turn. */
export function twoKeyWork(text: string): Record<string, Work> {
  const bytes = Buffer.from(text)
  const live = [NEW, OLD]
  const [byNew, byOld, byBoth] = [[NEW], [OLD], live].map(secrets => sign(bytes, secrets, { id: 'msg_1' }))
  if (byNew === undefined || byOld === undefined || byBoth === undefined) throw new TypeError('three deliveries')
  let turn = 0
  return {
    'one key': () => verify(bytes, byOld, [OLD]),
    'signed by both': () => verify(bytes, byBoth, live),
    'signed by the older': () => verify(bytes, byOld, live),
    'signed by each in turn': () => verify(bytes, (turn += 1) % 2 === 0 ? byNew : byOld, live),
  }
}

const byHandKey = createSecretKey(Buffer.from(NEW.slice('whsec_'.length), 'base64'))

/** The least that a receiver can write: builds the signed content, decodes the header, compares timing-safe. */
function verifyByHand(body: string | Uint8Array, headers: Record<string, string>): void {
  const before = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`
  const expected = createHmac('sha256', byHandKey).update(before).update(body).digest()
  const given = Buffer.from(headers['webhook-signature']?.slice('v1,'.length) ?? '', 'base64')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('refused')
}
