import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { readBody } from '../../../../local/aws-server/http'
import { closeServer, listen } from '../../../../local/listen'
import type { ExchangeMoment } from '../../strikes'

/** A receiver of webhooks on loopback for many tenants, each under a first path segment of its own. */
export interface WatchedReceiver {
  readonly url: string
  readonly arrivals: readonly Arrival[]
  /** What the tenant's requests are answered with, one after the other; the last for ever. 200 where nothing is said. */
  plan(tenantId: string, answers: readonly number[]): void
  /** Kills the sender in the tenant's next exchange. */
  killIn(tenantId: string, fault: ReceiverFault): void
  close(): Promise<void>
}

/** A request that the receiver took. */
export interface Arrival {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly at: Date
  /** What it was answered with; null: nothing. */
  status: number | null
}

export interface ReceiverFault {
  readonly moment: ExchangeMoment
  /** Ends the sender at that moment, before the connection is cut. */
  readonly kill: () => Promise<void>
}

/** `now`: the time of arrival. */
export async function startWatchedReceiver(now: () => Date): Promise<WatchedReceiver> {
  const arrivals: Arrival[] = []
  const plans = new Map<string, readonly number[]>()
  const faults = new Map<string, ReceiverFault>()
  const server = createServer((request, response) => {
    take({ arrivals, plans, faults, now }, request, response).catch(() => response.destroy())
  })
  return {
    url: await listen(server, 0),
    arrivals,
    plan: (tenantId, answers) => void plans.set(tenantId, answers),
    killIn: (tenantId, fault) => void faults.set(tenantId, fault),
    close: () => closeServer(server),
  }
}

interface State {
  readonly arrivals: Arrival[]
  readonly plans: Map<string, readonly number[]>
  readonly faults: Map<string, ReceiverFault>
  readonly now: () => Date
}

async function take(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url: path = '', headers } = request
  const [, tenantId = ''] = path.split('/')
  if (await killsSender(state, tenantId, 'before it is taken')) return void response.destroy()
  const arrival: Arrival = { path, headers, body: await readBody(request), at: state.now(), status: null }
  state.arrivals.push(arrival)
  if (await killsSender(state, tenantId, 'taken')) return void response.destroy()
  arrival.status = nextAnswer(state, tenantId)
  response.writeHead(arrival.status).end('thanks')
  await once(response, 'finish')
  await killsSender(state, tenantId, 'answered')
}

/** Whether the sender was killed, who then waits for no answer. */
async function killsSender({ faults }: State, tenantId: string, moment: ExchangeMoment): Promise<boolean> {
  const fault = faults.get(tenantId)
  if (fault?.moment !== moment) return false
  faults.delete(tenantId)
  await fault.kill()
  return true
}

function nextAnswer({ plans }: State, tenantId: string): number {
  const [next = 200, ...rest] = plans.get(tenantId) ?? []
  if (rest.length > 0) plans.set(tenantId, rest)
  return next
}
