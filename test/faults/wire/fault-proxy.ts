import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { readBody } from '../../../local/aws-server/http'
import { closeServer, listen } from '../../../local/listen'
import { callLog, type CallLog, type RecordedCall } from './call-log'
import { forwarder, type Forwarder } from './forward'

/** `before`: the call never reaches the target. `after`: it takes effect, and its reply is lost. */
export interface Fault {
  /** Whether a call goes wrong, by its name in the log. */
  readonly hits: (name: string) => boolean
  readonly when: 'before' | 'after'
  /** What else happens at that moment, before the caller's connection is cut. */
  readonly strike: () => Promise<void>
}

/** The calls of one request to Keyturn, told from those of other requests by what they are about. */
export interface Watch {
  readonly log: CallLog
  /** Whether a call went wrong. */
  struck: boolean
}

/** What is done with the calls that are watched. */
export interface Watching {
  /** Lets a call go wrong. */
  readonly fault?: Fault
  /** Looks on whenever a call has taken effect, before its reply goes on. */
  readonly look?: (name: string) => Promise<void>
}

/** Stands between a caller and an AWS endpoint, or a vendor. */
export interface FaultProxy {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string
  /** Counts the calls whose body has one of the marks. */
  watch(marks: readonly string[], watching?: Watching): Watch
  /** Ends every watch. */
  forget(): void
  close(): Promise<void>
}

export interface FaultProxyOptions {
  /** The URL of the AWS endpoint or the vendor. */
  readonly target: string
  /** What each call takes longer, so that calls made at once are seen to overlap. */
  readonly delayMs?: number
  /** A request header that does not get through. */
  readonly without?: string | null
  /** What a call is named after in the log; its operation by default. */
  readonly nameOf?: (operation: string, body: Buffer) => string
}

interface Marked extends Watching {
  readonly marks: readonly string[]
  readonly watch: Watch
}

/** Every body has it. */
export const anyBody: readonly string[] = ['']

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { target, delayMs = 0, without = null, nameOf = operation => operation } = options
  const onward = forwarder(target, without)
  let watched: readonly Marked[] = []
  const passage: Passage = {
    onward,
    delayMs,
    nameOf,
    marked: body => watched.find(({ marks }) => marks.some(mark => body.includes(mark))),
  }
  const server = createServer((request, response) => {
    pass(passage, request, response).catch(() => response.destroy())
  })
  return {
    url: await listen(server, 0),
    watch: (marks, watching = {}) => {
      const watch = { log: callLog(), struck: false }
      watched = [...watched, { marks, watch, ...watching }]
      return watch
    },
    forget: () => {
      watched = []
    },
    close: async () => {
      await closeServer(server)
      onward.close()
    },
  }
}

interface Passage {
  readonly onward: Forwarder
  readonly delayMs: number
  readonly nameOf: (operation: string, body: Buffer) => string
  readonly marked: (body: Buffer) => Marked | undefined
}

async function pass(passage: Passage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  const marked = passage.marked(body)
  const call = marked?.watch.log.add(passage.nameOf(operationOf(request), body))
  if (await strikes(marked, call, 'before')) return void response.destroy()
  const reply = await passage.onward.forward(request, body)
  if (call !== undefined) await marked?.look?.(call.name)
  if (passage.delayMs > 0) await wait(passage.delayMs)
  if (await strikes(marked, call, 'after')) return void response.destroy()
  if (call !== undefined) call.endedAt = performance.now()
  response.writeHead(reply.status, reply.headers).end(reply.body)
}

async function strikes(
  marked: Marked | undefined,
  call: RecordedCall | undefined,
  when: Fault['when'],
): Promise<boolean> {
  const fault = marked?.fault
  if (!marked || !call || fault?.when !== when || !fault.hits(call.name)) return false
  marked.watch.struck = true
  await fault.strike()
  return true
}

function operationOf({ method, url, headers }: IncomingMessage): string {
  const target = headers['x-amz-target']
  return typeof target === 'string' ? (target.split('.')[1] ?? '') : `${method} ${url}`
}
