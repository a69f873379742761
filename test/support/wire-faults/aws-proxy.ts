import { Agent, createServer, request as httpRequest } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { readBody } from '../../../src/local/aws-endpoint/read-body'
import { closeServer, listen } from '../../../src/local/listen'
import { callLog } from './call-log'
import type { CallLog, RecordedCall } from './call-log'

/** `before`: the call never reaches AWS. `after`: it takes effect, and its reply is lost. */
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

/** Stands between a caller and an AWS endpoint. */
export interface AwsProxy {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string
  /** Counts the calls whose body has one of the marks, and lets one of them go wrong. */
  watch(marks: readonly string[], fault?: Fault): Watch
  /** Ends every watch. */
  forget(): void
  close(): Promise<void>
}

export interface AwsProxyOptions {
  /** The AWS endpoint's URL. */
  readonly target: string
  /** What each call takes longer, so that calls made at once are seen to overlap. */
  readonly delayMs?: number
  /** What a call is named after in the log; its operation by default. */
  readonly nameOf?: (operation: string, body: Buffer) => string
}

interface Watching {
  readonly marks: readonly string[]
  readonly watch: Watch
  readonly fault: Fault | null
}

export async function startAwsProxy(options: AwsProxyOptions): Promise<AwsProxy> {
  const { target, delayMs = 0, nameOf = operation => operation } = options
  const agent = new Agent({ keepAlive: true })
  let watchings: readonly Watching[] = []
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request)
    const watching = watchings.find(({ marks }) => marks.some(mark => body.includes(mark)))
    const call = watching?.watch.log.add(nameOf(operationOf(request), body))
    if (await strikes(watching, call, 'before')) return void response.destroy()
    const reply = await forward({ target, agent, request }, body)
    if (delayMs > 0) await wait(delayMs)
    if (await strikes(watching, call, 'after')) return void response.destroy()
    if (call !== undefined) call.endedAt = performance.now()
    response.writeHead(reply.status, reply.headers).end(reply.body)
  }
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  return {
    url: await listen(server, 0),
    watch: (marks, fault) => {
      const watch = { log: callLog(), struck: false }
      watchings = [...watchings, { marks, watch, fault: fault ?? null }]
      return watch
    },
    forget: () => {
      watchings = []
    },
    close: async () => {
      await closeServer(server)
      agent.destroy()
    },
  }
}

async function strikes(
  watching: Watching | undefined,
  call: RecordedCall | undefined,
  when: Fault['when'],
): Promise<boolean> {
  const fault = watching?.fault
  if (!watching || !call || fault?.when !== when || !fault.hits(call.name)) return false
  watching.watch.struck = true
  await fault.strike()
  return true
}

function operationOf({ method, url, headers }: IncomingMessage): string {
  const target = headers['x-amz-target']
  return typeof target === 'string' ? (target.split('.')[1] ?? '') : `${method} ${url}`
}

interface Passage {
  readonly target: string
  readonly agent: Agent
  readonly request: IncomingMessage
}

interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

function forward({ target, agent, request }: Passage, body: Buffer): Promise<Reply> {
  const { method, url, headers } = request
  return new Promise((resolve, reject) => {
    const onward = httpRequest(new URL(url ?? '/', target), { agent, method, headers }, reply => {
      readBody(reply).then(
        text => resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: text }),
        reject,
      )
    })
    onward.on('error', reject).end(body)
  })
}
