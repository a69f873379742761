import { randomBytes } from 'node:crypto'
import { Agent, request, type RequestOptions } from 'node:http'
import type { Contract } from '../../../src/contracts/contract'
import { newText } from '../../../src/contracts/secret-text'
import { verify } from '../../../src/verify'
import type { Message, Platform } from './platform'

/** What is sent to one contract's receiver. */
export interface Traffic {
  /** Sends one genuine delivery until it is accepted or given up. */
  genuine(): Promise<void>
  /** Sends one that must not be accepted. */
  forged(): Promise<void>
  /** Resolves once everything is answered, or given up, that was being sent when it was called. */
  answered(): Promise<void>
  close(): void
}

export interface TrafficOptions {
  readonly contract: Contract
  readonly platform: Platform
  readonly tally: Tally
  /** The receiver's. */
  readonly url: string
  /** The secret that everything begins with. */
  readonly atStart: string
  /** Tries after the first. */
  readonly retries: number
}

const retryAfterMs = 150
/**
 * A third of the shortest time that a key before is kept, the time between two rotations. The rest is for mirror and
 * refresh; outside of this test a day stands against five minutes.
 */
export const cacheSeconds = 2
/** The cache's age, and the time that the mirror, a refresh and the platform's own look take. */
const endedForMs = 7000

export function startTraffic(options: TrafficOptions): Traffic {
  const { platform, contract, tally, atStart } = options
  const agent = new Agent({ keepAlive: true })
  const open = new Set<Promise<void>>()
  let sent = 0
  const next = (): Payload => {
    sent += 1
    return { body: JSON.stringify({ type: 'invoice.paid', n: sent }), id: `msg_${contract.name}_${sent}` }
  }
  const sending = { ...options, agent }
  const genuine = (payload: Payload): Promise<void> => {
    tally.genuine += 1
    const message = platform.signed(payload.body, payload.id)
    if (!verifies(message, atStart, contract)) tally.naiveRejected += 1
    const current = platform.currentSecret()
    if (current !== atStart && verifies(message, current, contract)) tally.byNewKeys += 1
    return untilAccepted(sending, payload)
  }
  const forged = async (payload: Payload): Promise<void> => {
    tally.forged += 1
    if ((await post(sending, forgedMessage(options, payload))) === 204) tally.forgedAccepted += 1
  }
  return {
    genuine: () => noted(open, genuine(next())),
    forged: () => noted(open, forged(next())),
    answered: async () => {
      await Promise.all(open)
    },
    close: () => agent.destroy(),
  }
}

/** The work, which is among `open` until it is done. */
function noted(open: Set<Promise<void>>, work: Promise<void>): Promise<void> {
  const all = work.finally(() => open.delete(all))
  open.add(all)
  return all
}

interface Payload {
  readonly body: string
  readonly id: string
}

interface Sending extends TrafficOptions {
  readonly agent: Agent
}

/** Signed anew for every try, as senders do. */
async function untilAccepted(sending: Sending, { body, id }: Payload): Promise<void> {
  const { platform, tally, retries } = sending
  const began = Date.now()
  for (let tries = 1; tries <= retries + 1; tries += 1) {
    if ((await post(sending, platform.signed(body, id))) === 204) return tally.accepted(tries, Date.now() - began)
    await new Promise(resolve => setTimeout(resolve, retryAfterMs))
  }
  tally.lost += 1
}

/** By turns: a key nobody has, a body that was changed, and a key that ended longer ago than the cache's age. */
function forgedMessage({ platform, contract, tally }: TrafficOptions, { body, id }: Payload): Message {
  const ended = platform.endedFor(endedForMs)
  const old = ended[tally.forged % Math.max(1, ended.length)]
  if (tally.forged % 3 === 0 && old !== undefined) return platform.signedWith(old, body, id)
  if (tally.forged % 3 === 1) return { ...platform.signed(body, id), body: body.replace('paid', 'void') }
  return platform.signedWith(newText(contract.secret, randomBytes), body, id)
}

function verifies({ body, headers }: Message, secret: string, { signing }: Contract): boolean {
  try {
    verify(body, headers, secret, { scheme: signing })
    return true
  } catch {
    return false
  }
}

/** The status of the answer. Notes how long a signed delivery was on its way. */
async function post({ url, agent, tally }: Sending, { body, headers }: Message): Promise<number> {
  const began = Date.now()
  const status = await answerOf(url, { agent, headers }, body)
  tally.slowestMs = Math.max(tally.slowestMs, Date.now() - began)
  return status
}

/** By `node:http`, which takes a third of the processor time of `fetch`. */
function answerOf(url: string, options: Pick<RequestOptions, 'agent' | 'headers'>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, method: 'POST' }, reply => {
      reply.resume().once('end', () => resolve(reply.statusCode ?? 0))
    })
    sent.once('error', reject).end(body)
  })
}

/** What happened to one contract's deliveries. */
export class Tally {
  /** Genuine deliveries, each counted once however often it was tried. */
  genuine = 0
  /** Accepted at the first try. */
  acceptedAtOnce = 0
  /** Refused at first, accepted at a later try. */
  acceptedLater = 0
  /** Never accepted. */
  lost = 0
  /** From the first try to the accepted one, at the longest. */
  longestWindowMs = 0
  /** One try, from signing it to its answer, at the longest. Where it comes near an overlap, the machine was too busy. */
  slowestMs = 0
  forged = 0
  forgedAccepted = 0
  rotations = 0
  /** Those of them that the sweep made, and not the request. */
  promotions = 0
  /** Genuine deliveries that carry the signature of a key which was not there at the start, as the key that signs. */
  byNewKeys = 0
  /** What a receiver rejected that read its one secret at the start. */
  naiveRejected = 0

  accepted(tries: number, sinceMs: number): void {
    if (tries === 1) this.acceptedAtOnce += 1
    else this.acceptedLater += 1
    if (tries > 1) this.longestWindowMs = Math.max(this.longestWindowMs, sinceMs)
  }

  get rejectedAtFirst(): number {
    return this.acceptedLater + this.lost
  }
}

export type Column = Exclude<keyof Tally, 'accepted'>

/** What is shown of a minute in which every key signs at once. */
export const atOnceColumns: readonly Column[] = [
  'rotations',
  'genuine',
  'rejectedAtFirst',
  'lost',
  'longestWindowMs',
  'slowestMs',
  'forged',
  'forgedAccepted',
  'naiveRejected',
]

/** The same of a minute in which every key is published first. */
export const publishedColumns: readonly Column[] = ['rotations', 'promotions', 'byNewKeys', ...atOnceColumns.slice(1)]

/** The tallies as a table, one line a contract. */
export function tallyTable(tallies: ReadonlyMap<string, Tally>, columns: readonly Column[]): string {
  const lines = [...tallies].map(([name, tally]) => [name, ...columns.map(column => String(Math.round(tally[column])))])
  const rows = [['contract', ...columns], ...lines]
  return rows.map(row => row.map((cell, nth) => (nth === 0 ? cell.padEnd(12) : cell.padStart(16))).join('')).join('\n')
}
