import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { receiverServer } from '../../../examples/receiver/node'
import { receiver } from '../../../examples/receiver/receiver'
import type { Contract } from '../../../src/contracts/contract'
import { newText } from '../../../src/contracts/secret-text'
import { mirroredSecrets, type MirroredSecretsOptions } from '../../../src/secrets-manager'
import { verify } from '../../../src/verify'
import type { Message, Platform } from './platform'

/** One contract's receiver, and what is sent to it. */
export interface Traffic {
  /** Sends one genuine delivery until it is accepted or given up. */
  genuine(): Promise<void>
  /** Sends one that must not be accepted. */
  forged(): Promise<void>
  close(): Promise<void>
}

export interface TrafficOptions {
  readonly contract: Contract
  readonly platform: Platform
  readonly tally: Tally
  readonly secrets: Pick<MirroredSecretsOptions, 'secretId' | 'client' | 'maxAgeSeconds' | 'mismatchIntervalSeconds'>
  /** Tries after the first. */
  readonly retries: number
}

const retryAfterMs = 150
export const cacheSeconds = 5
/** The cache's age, and the time that a refresh and the platform's own look take. */
const endedForMs = (cacheSeconds + 2) * 1000

export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  const { platform, contract, tally } = options
  const secrets = mirroredSecrets(options.secrets)
  const server = receiverServer(receiver({ secrets, scheme: contract.signing, accept: async () => undefined }))
  const url = await listening(server)
  const [atStart = ''] = await secrets.live()
  let sent = 0
  const next = (): { readonly body: string; readonly id: string } => {
    sent += 1
    return { body: JSON.stringify({ type: 'invoice.paid', n: sent }), id: `msg_${contract.name}_${sent}` }
  }
  return {
    genuine: async () => {
      const { body, id } = next()
      tally.genuine += 1
      if (!verifies(platform.signed(body, id), atStart, contract)) tally.naiveRejected += 1
      await untilAccepted(options, { url, body, id })
    },
    forged: async () => {
      tally.forged += 1
      if ((await post(url, forgedMessage(options, next()))) === 204) tally.forgedAccepted += 1
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Signed anew for every try, as senders do. */
async function untilAccepted(
  { platform, tally, retries }: TrafficOptions,
  { url, body, id }: { readonly url: string; readonly body: string; readonly id: string },
): Promise<void> {
  const began = Date.now()
  for (let tries = 1; tries <= retries + 1; tries += 1) {
    if ((await post(url, platform.signed(body, id))) === 204) return tally.accepted(tries, Date.now() - began)
    await new Promise(resolve => setTimeout(resolve, retryAfterMs))
  }
  tally.lost += 1
}

/** By turns: a key nobody has, a body that was changed, and a key that ended longer ago than the cache's age. */
function forgedMessage(
  { platform, contract, tally }: TrafficOptions,
  { body, id }: { body: string; id: string },
): Message {
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

async function post(url: string, { body, headers }: Message): Promise<number> {
  const reply = await fetch(url, { method: 'POST', headers, body })
  await reply.arrayBuffer()
  return reply.status
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
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
  forged = 0
  forgedAccepted = 0
  rotations = 0
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

const columns = [
  'rotations',
  'genuine',
  'rejectedAtFirst',
  'lost',
  'longestWindowMs',
  'forged',
  'forgedAccepted',
  'naiveRejected',
] as const

/** The tallies as a table, one line a contract. */
export function tallyTable(tallies: ReadonlyMap<string, Tally>): string {
  const lines = [...tallies].map(([name, tally]) => [name, ...columns.map(column => String(Math.round(tally[column])))])
  const rows = [['contract', ...columns], ...lines]
  return rows.map(row => row.map((cell, nth) => (nth === 0 ? cell.padEnd(12) : cell.padStart(16))).join('')).join('\n')
}
