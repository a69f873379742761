import {
  Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
  type ServerResponse,
} from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { readBody } from '../../local/aws-server/http'
import { closeServer, listen } from '../../local/listen'
import type { Struck } from './strikes'

/** Stands between a caller and AWS, or a vendor. It counts the calls of one request, and strikes some. */
export interface FaultProxy {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string
  /** Watches the calls whose body has one of the marks. */
  watch(marks: readonly string[], options?: WatchOptions): Watch
  /** Ends every watch. */
  forget(): void
  close(): Promise<void>
}

/** What is done with the calls that are watched. */
export interface WatchOptions {
  readonly fault?: Fault
  /** Looks on whenever a call has taken effect, before its reply goes on. */
  readonly look?: (name: string) => Promise<void>
}

export interface Fault {
  /** Whether a call is struck, by its name. */
  readonly hits: (name: string) => boolean
  readonly strike: Struck
  /** Ends the caller, where the strike does. */
  readonly kill: () => Promise<void>
}

/** The calls of one request to Keyturn, told from those of other requests by what they are about. */
export interface Watch {
  /** In the order they came. */
  readonly calls: readonly RecordedCall[]
  /** Whether a call was struck. */
  readonly struck: boolean
}

/** One call as it passed the proxy. */
export interface RecordedCall {
  readonly operation: string
  /** The operation and how many of it there were by then: `UpdateItem 2`. */
  readonly name: string
  readonly startedAt: number
  /** When its reply was on the way back; infinite while, and where, there is none. */
  endedAt: number
}

export interface FaultProxyOptions {
  /** The URL of AWS or of the vendor. */
  readonly target: string
  /** What each call takes longer, so that calls made at once are seen to overlap. */
  readonly delayMs?: number
  /** A request header that does not get through. */
  readonly without?: string | null
  /** What a call is named after; its operation by default. */
  readonly nameOf?: (operation: string, body: Buffer) => string
}

/** The mark that every body has. */
export const anyBody: readonly string[] = ['']

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { target, delayMs = 0, without = null, nameOf = operation => operation } = options
  const onward = forwarder(target, without)
  let watches: readonly Marked[] = []
  const markedBy = (body: Buffer) => watches.find(({ marks }) => marks.some(mark => body.includes(mark)))
  const server = createServer((request, response) => {
    pass({ onward, delayMs, nameOf, markedBy }, request, response).catch(() => response.destroy())
  })
  return {
    url: await listen(server, 0),
    watch: (marks, options = {}) => {
      const watch = { marks, ...options, calls: [], struck: false }
      watches = [...watches, watch]
      return watch
    },
    forget: () => {
      watches = []
    },
    close: async () => {
      await closeServer(server)
      onward.close()
    },
  }
}

interface Marked extends WatchOptions {
  readonly marks: readonly string[]
  readonly calls: RecordedCall[]
  struck: boolean
}

interface Passage {
  readonly onward: Forwarder
  readonly delayMs: number
  readonly nameOf: (operation: string, body: Buffer) => string
  readonly markedBy: (body: Buffer) => Marked | undefined
}

async function pass(passage: Passage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  const watch = passage.markedBy(body)
  const call = watch && record(watch, passage.nameOf(operationOf(request), body))
  const fault = watch?.fault && call && watch.fault.hits(call.name) ? watch.fault : null
  if (watch && fault) watch.struck = true
  if (fault && !fault.strike.takesEffect) return cutOff(fault, response)
  const reply = await passage.onward.forward(request, body)
  if (call) await watch.look?.(call.name)
  if (passage.delayMs > 0) await wait(passage.delayMs)
  if (fault) return cutOff(fault, response)
  if (call) call.endedAt = performance.now()
  response.writeHead(reply.status, reply.headers).end(reply.body)
}

async function cutOff({ strike, kill }: Fault, response: ServerResponse): Promise<void> {
  if (strike.killsCaller) await kill()
  response.destroy()
}

function operationOf({ method, url, headers }: IncomingMessage): string {
  const target = headers['x-amz-target']
  return typeof target === 'string' ? (target.split('.')[1] ?? '') : `${method} ${url}`
}

function record({ calls }: Marked, operation: string): RecordedCall {
  const count = calls.filter(call => call.operation === operation).length + 1
  const call = {
    operation,
    name: `${operation} ${count}`,
    startedAt: performance.now(),
    endedAt: Number.POSITIVE_INFINITY,
  }
  calls.push(call)
  return call
}

/** How many calls had to wait for one another: the longest chain in which each began after the one before had ended. */
export function depthOf(calls: readonly RecordedCall[]): number {
  const byEnd = [...calls].sort((one, other) => one.endedAt - other.endedAt)
  const depths = new Map<RecordedCall, number>()
  for (const call of byEnd) {
    const before = byEnd.filter(({ endedAt }) => endedAt <= call.startedAt).map(each => depths.get(each) ?? 0)
    depths.set(call, 1 + Math.max(0, ...before))
  }
  return Math.max(0, ...depths.values())
}

/** Sends requests on to one server. */
interface Forwarder {
  forward(request: IncomingMessage, body: Buffer): Promise<Forwarded>
  close(): void
}

interface Forwarded {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** Servers end a connection after 5 s without a request; one that they may just be ending is not used again. */
const idleMs = 2000

/** `without`: a request header that is not sent on. */
function forwarder(target: string, without: string | null): Forwarder {
  const agent = new Agent({ keepAlive: true, timeout: idleMs })
  return {
    forward: ({ method, url, headers }, body) =>
      new Promise((resolve, reject) => {
        const options = { agent, method, headers: withoutHeader(headers, without) }
        const onward = httpRequest(new URL(url ?? '/', target), options, reply => {
          readBody(reply).then(
            text => resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: text }),
            reject,
          )
        })
        onward.on('error', reject).end(body)
      }),
    close: () => agent.destroy(),
  }
}

function withoutHeader(headers: IncomingMessage['headers'], without: string | null): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== without))
}
