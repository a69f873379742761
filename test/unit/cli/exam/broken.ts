import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Arrived, Receiver, Reply } from './bed'
import type { TestKey } from './keys'

// A receiver of Standard Webhooks by hand, as many are written, and the ways in which they go wrong. One fault at a time:
// without any it is a good one.

/** What may be wrong with it. */
export interface Faults {
  /** What of the request it believes without a look at the signature. */
  readonly believes?: 'everything' | 'whatever has the headers'
  /** Which bytes it verifies. */
  readonly body?: 'parsed and written again'
  /** How far from now it takes a timestamp. */
  readonly timestamp?: 'ignored' | 'milliseconds taken for seconds' | 'any in the future'
  /** Which of several signatures it looks at. */
  readonly signatures?: 'first' | 'last'
  readonly keys?: 'ended ones too' | 'an empty one too' | 'the newest alone' | "another endpoint's too" | 'any'
  /** How it compares. */
  readonly comparison?: 'first eight characters' | 'as far as it goes'
  /** Which version of a signature it takes. */
  readonly versions?: 'any'
  /** Which of two values of one header it takes. */
  readonly doubled?: 'first' | 'last'
  /** What it answers to what it does not believe. */
  readonly refusal?: Reply
  /** What it answers to an id that it has already. */
  readonly repeated?: Reply
}

const toleranceSeconds = 300

export interface Held {
  readonly keys: readonly TestKey[]
  /** Of another endpoint of the same receiver. */
  readonly other: string
}

export function handmade({ keys, other }: Held, faults: Faults = {}): Receiver {
  const seen = new Set<string>()
  const { refusal = { status: 401 }, repeated } = faults
  return arrived => {
    if (!isBelieved(arrived, { keys, other }, faults)) return refusal
    const id = headerOf(arrived, 'webhook-id', faults)
    if (repeated !== undefined && seen.has(id)) return repeated
    seen.add(id)
    return { status: 204 }
  }
}

function isBelieved(arrived: Arrived, held: Held, faults: Faults): boolean {
  if (faults.believes === 'everything') return true
  const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map(name =>
    headerOf(arrived, `webhook-${name}`, faults),
  )
  if (id === '' || timestamp === '' || signature === undefined || signature === '') return false
  if (faults.believes === 'whatever has the headers') return true
  if (!isInTime(Number(timestamp), faults)) return false
  const body = faults.body === undefined ? arrived.body.toString() : JSON.stringify(JSON.parse(arrived.body.toString()))
  const given = givenSignatures(signature, faults)
  if (faults.keys === 'any') return given.length > 0
  return heldKeys(held, faults).some(key => {
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
    return given.some(each => isSame(expected, each, faults))
  })
}

function headerOf({ request }: Arrived, name: string, { doubled }: Faults): string {
  const values = request.headersDistinct[name] ?? []
  if (doubled === 'first') return values[0] ?? ''
  return doubled === 'last' ? (values.at(-1) ?? '') : values.join(', ')
}

function isInTime(seconds: number, { timestamp }: Faults): boolean {
  const age = Date.now() / 1000 - seconds
  if (timestamp === 'ignored') return true
  if (timestamp === 'milliseconds taken for seconds') return Math.abs(age) <= toleranceSeconds * 1000
  if (timestamp === 'any in the future') return age <= toleranceSeconds
  return Math.abs(age) <= toleranceSeconds
}

function givenSignatures(header: string, { signatures, versions }: Faults): readonly string[] {
  const parts = header.split(' ').map(part => part.split(','))
  const given = parts.flatMap(([version, signature = '']) => (version === 'v1' || versions === 'any' ? signature : []))
  if (signatures === 'first') return given.slice(0, 1)
  return signatures === 'last' ? given.slice(-1) : given
}

function heldKeys({ keys, other }: Held, faults: Faults): readonly Buffer[] {
  const now = new Date()
  const isHeld = ({ expiresAt }: TestKey): boolean =>
    expiresAt === null || expiresAt > now || faults.keys === 'ended ones too'
  const held = keys.filter(isHeld).map(({ secret }) => secret)
  const counted = faults.keys === 'the newest alone' ? held.slice(0, 1) : held
  const more = faults.keys === 'an empty one too' ? ['whsec_'] : faults.keys === "another endpoint's too" ? [other] : []
  return [...counted, ...more].map(secret => Buffer.from(secret.slice('whsec_'.length), 'base64'))
}

function isSame(expected: string, given: string, { comparison }: Faults): boolean {
  if (comparison === 'first eight characters') return expected.slice(0, 8) === given.slice(0, 8)
  if (comparison === 'as far as it goes') return given !== '' && expected.startsWith(given)
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
}
