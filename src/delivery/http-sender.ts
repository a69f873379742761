import { type Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction, Socket } from 'node:net'
import { callbackify } from 'node:util'
import { Problem } from '../core/problem'
import { CountedTime } from './counted-time'
import { type FailureKind, failureKindOf } from './failure'
import { hostLookup, type Lookup, LookupFailed } from './host-lookup'
import type { Guard, InsecureTargets } from './public-addresses'
import { startOfBody } from './reply-body'

/**
 * Sends one request. Redirects are not followed.
 * @throws {Problem} `unavailable` when it failed through this side: the attempt counts for nothing
 */
export type Send = (request: DeliveryRequest) => Promise<ReceiverReply | NoReply>

/** One HTTP request to a receiver. */
export interface DeliveryRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For connecting and the reply; looking the name up has a limit of its own. */
  readonly timeoutMs: number
  /** For all of it. Absent: no limit beside those two. */
  readonly longestMs?: number
}

/** What came back, whatever its status says. */
export interface ReceiverReply {
  readonly kind: 'reply'
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The start of the body as UTF-8, at most 4 KiB. */
  readonly body: string
  /** Without the lookup, and without what this process was late by. */
  readonly durationMs: number
}

/** Nothing came back that is HTTP. */
export interface NoReply {
  readonly kind: 'none'
  readonly error: Exclude<FailureKind, 'status'>
  /** As of a reply; where the lookup failed, what that took. */
  readonly durationMs: number
}

export interface HttpSenderOptions {
  readonly insecureTargets: InsecureTargets
  /** Milliseconds that always rise. */
  readonly clock: () => number
  /** The system's resolvers by default. The very addresses that it gives are checked and connected to. */
  readonly lookup?: Lookup
}

/** An attempt that this process held up for longer is not the receiver's failure. */
const mostLateMs = 3000
/** A receiver may give up by itself when it is held up for so long. */
const worryingLateMs = 1000

/** Sends over HTTP/1.1, to public addresses alone. */
export function httpSender({ insecureTargets, clock, lookup = hostLookup({ clock }) }: HttpSenderOptions): Send {
  // The guard is loaded with the first delivery: it is most of what the function would import beyond its clients.
  let loaded: Promise<Guard> | undefined
  return async delivery => {
    loaded ??= import('./public-addresses').then(({ addressGuard }) => addressGuard(insecureTargets))
    const guard = await loaded
    const url = new URL(delivery.url)
    const agent = guard.agentFor(url)
    if (typeof agent === 'string') return { kind: 'none', error: agent, durationMs: 0 }
    // Not `AbortSignal.timeout`, which keeps request and reply in memory until the whole time is over.
    const over = new AbortController()
    const time = new CountedTime({ limitMs: delivery.timeoutMs, mostLateMs, clock }, () => over.abort(timeIsOver))
    const longest = endsAfter(delivery.longestMs, () => over.abort(timeIsOver))
    const lookups = timedLookup({ lookup, guard, time, clock, signal: over.signal })
    const connection = { url, agent, lookup: lookups.lookup, signal: over.signal, isOpen: false }
    try {
      const reply = await post(delivery, connection)
      return { kind: 'reply', ...reply, durationMs: Math.round(time.usedMs) }
    } catch (error) {
      return noReply(error, { time, lookupMs: lookups.tookMs(), hadConnection: connection.isOpen })
    } finally {
      time.pause()
      clearTimeout(longest)
      // The reply may be there while the body is still on its way, to a receiver that never reads it.
      over.abort(timeIsOver)
      await lookups.ended()
    }
  }
}

function endsAfter(milliseconds: number | undefined, end: () => void): NodeJS.Timeout | undefined {
  return milliseconds === undefined ? undefined : setTimeout(end, milliseconds)
}

interface Attempted {
  readonly time: CountedTime
  readonly lookupMs: number
  readonly hadConnection: boolean
}

/** What went wrong. @throws {Problem} when it went wrong on this side */
function noReply(error: unknown, { time, lookupMs, hadConnection }: Attempted): NoReply {
  if (error instanceof Problem) throw error
  const ended = hadConnection ? 'timeout' : 'connect-timeout'
  const kind = error === timeIsOver ? ended : failureKindOf(error)
  const mayBeOurs = error === timeIsOver ? time.isLate : time.lateMs > worryingLateMs && brokeOff.has(kind)
  if (mayBeOurs) throw new Problem('unavailable', 'The attempt was held up here.')
  const durationMs = Math.round(error instanceof LookupFailed ? lookupMs : time.usedMs)
  return { kind: 'none', error: kind, durationMs }
}

const brokeOff: ReadonlySet<FailureKind> = new Set(['unreachable', 'tls', 'bad-response'])

// Each attempt ends with this one and `closedUnanswered`, also one that went well: none is made anew with its stack.
const timeIsOver = new Error('the time is over')

interface Lookups {
  readonly lookup: LookupFunction
  /** All that were made took so long. */
  tookMs(): number
  /** Resolves once none is under way. */
  ended(): Promise<void>
}

interface TimedLookup {
  readonly lookup: Lookup
  readonly guard: Guard
  readonly time: CountedTime
  readonly clock: () => number
  readonly signal: AbortSignal
}

/** Lookups for one attempt, whose time stands still meanwhile. */
function timedLookup({ lookup, guard, time, clock, signal }: TimedLookup): Lookups {
  let underWay: Promise<unknown> = Promise.resolve()
  let took = 0
  const find: Lookup = async hostname => {
    const startedAt = clock()
    time.pause()
    try {
      const addresses = await lookup(hostname, signal)
      guard.check(addresses)
      return addresses
    } finally {
      took += clock() - startedAt
      if (!signal.aborted) time.resume()
    }
  }
  const look: LookupFunction = (hostname, { all }, callback) => {
    const found = find(hostname, signal)
    underWay = Promise.allSettled([found])
    callbackify(() => found)((error, addresses) => {
      if (error !== null) callback(error, '')
      else if (all) callback(null, [...addresses])
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
    })
  }
  return { lookup: look, tookMs: () => took, ended: async () => void (await underWay) }
}

interface Connection {
  readonly url: URL
  readonly agent: Agent
  readonly lookup: LookupFunction
  readonly signal: AbortSignal
  /** Whether there was one, TLS included. */
  isOpen: boolean
}

/**
 * One POST and its reply. A connection that was kept, and that the receiver had closed meanwhile, is replaced once.
 * Nothing that a receiver does makes it last longer than `connection.signal`.
 * @throws what Node gives, until the reply's headers are there; from then on the reply stands as far as it came
 */
async function post(
  delivery: DeliveryRequest,
  connection: Connection,
): Promise<Omit<ReceiverReply, 'kind' | 'durationMs'>> {
  const response = await responseTo(delivery, connection).catch((error: unknown) => {
    if (error instanceof KeptConnectionClosed) return responseTo(delivery, connection)
    throw error
  })
  const body = await startOfBody(response, connection.signal)
  return { status: response.statusCode ?? 0, headers: headersOf(response), body }
}

/** Nothing of the request was answered: the receiver had closed a connection that was kept from an earlier one. */
class KeptConnectionClosed extends Error {
  readonly code = 'ECONNRESET'
}

/** The receiver answered, but with no reply to the request. */
class NotAReply extends Error {
  readonly code = 'HPE_NOT_A_REPLY'
}

const closedUnanswered = new NotAReply('closed without a reply')

function responseTo(delivery: DeliveryRequest, connection: Connection): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    connection.isOpen = false
    connection.signal.addEventListener('abort', () => reject(timeIsOver), { once: true })
    const request = start(delivery, connection)
    request.once('response', resolve)
    request.on('error', (error: Error) => {
      reject(wasClosed(request, error) ? new KeptConnectionClosed('closed', { cause: error }) : error)
    })
    // 101: Node hands the connection over, and gives neither a response nor an error from then on.
    request.once('upgrade', (_response, socket) => socket.destroy())
    request.once('close', () => reject(closedUnanswered))
    request.once('socket', socket => noteOpening(request, socket, connection))
    onFlood(request, () => {
      const flood = new NotAReply('too many informational replies')
      reject(flood)
      request.destroy(flood)
    })
    request.end(delivery.body)
  })
}

function noteOpening({ reusedSocket }: ClientRequest, socket: Socket, connection: Connection): void {
  const isOpen = (): void => void (connection.isOpen = true)
  if (reusedSocket) isOpen()
  else socket.once(connection.url.protocol === 'https:' ? 'secureConnect' : 'connect', isOpen)
}

/** Node answers longer headers with an error of its own. */
const maxHeaderSize = 8 * 1024
/** Node aborts a connect after this, unless it is to the last address. Its own 250 ms are too short for far receivers. */
const autoSelectFamilyAttemptTimeout = 1000

function start({ headers, body }: DeliveryRequest, { url, agent, lookup, signal }: Connection): ClientRequest {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const own = { 'accept-encoding': 'identity', 'content-length': String(Buffer.byteLength(body, 'utf8')) }
  const connecting = { agent, lookup, onread: smallReads, autoSelectFamilyAttemptTimeout }
  return request(url, { method: 'POST', headers: { ...headers, ...own }, signal, maxHeaderSize, ...connecting })
}

/**
 * Node reads 64 KiB at a time and parses them to their end, whatever was decided meanwhile: room for 3,600 informational
 * replies. One buffer does for all connections, as what it holds is copied at once.
 */
const smallReads = {
  buffer: Buffer.alloc(4096),
  callback(this: Socket, bytes: number, buffer: Uint8Array): boolean {
    this.push(Buffer.from(buffer.subarray(0, bytes)))
    return true
  },
}

const mostInformational = 32
const mostInformationalCharacters = 16 * 1024

/** Tells when a receiver sends more informational replies (1xx) than any would need. */
function onFlood(request: ClientRequest, end: () => void): void {
  let count = 0
  let characters = 0
  request.on('information', ({ rawHeaders, statusMessage }) => {
    count += 1
    characters += statusMessage.length + rawHeaders.join('').length
    if (count > mostInformational || characters > mostInformationalCharacters) end()
  })
}

/** Node's documentation of `request.reusedSocket`. */
function wasClosed(request: ClientRequest, error: Error): boolean {
  return request.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]))
}
