import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startLocalRun, type TestLocalRun } from '../test/support/local-run'
import { platformKey } from '../test/support/platform-key'

/** What deliveries are measured on: a local run, and a receiver that tells when each delivery came. */
export interface DeliveryBed {
  addEndpoint(settings: { readonly eventType: string; readonly path?: string }): Promise<string>
  setStatus(endpointId: string, status: 'active' | 'paused'): Promise<void>
  publish(eventType: string, payload: unknown): Promise<void>
  /** Called for each delivery that comes, with the time in milliseconds; `/dead` never gets an answer. */
  onDelivery: (path: string, payload: unknown, at: number) => void
  close(): Promise<void>
}

const tenantId = 'org_bench'
const timeoutMs = 1000

export async function startDeliveryBed(): Promise<DeliveryBed> {
  const run = await startLocalRun()
  const call = await apiCaller(run)
  const bed: DeliveryBed = {
    addEndpoint: async ({ eventType, path = '/' }) => {
      const url = `${receiver.url}${path}`
      const requestConfig = { timeoutMs, headers: {} }
      const body = { url, eventTypes: [eventType], mirror: 'off', requestConfig }
      const { endpoint } = (await call('POST', '/v1/endpoints', body)) as { readonly endpoint: { readonly id: string } }
      return endpoint.id
    },
    setStatus: async (endpointId, status) => void (await call('PATCH', `/v1/endpoints/${endpointId}`, { status })),
    publish: async (type, payload) => void (await call('POST', '/v1/events', { type, payload })),
    onDelivery: () => undefined,
    close: async () => {
      await receiver.close()
      await run.stop()
    },
  }
  const receiver = await startReceiver(bed)
  return bed
}

type ApiCall = (method: 'POST' | 'PATCH', path: string, body: unknown) => Promise<unknown>

async function apiCaller({ local }: TestLocalRun): Promise<ApiCall> {
  const key = await platformKey(local, [tenantId])
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return async (method, path, body) => {
    const init = { method, headers, body: JSON.stringify(body) }
    const reply = await fetch(`${local.api}${path}`, init)
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${await reply.text()}`)
    return reply.json()
  }
}

interface Receiver {
  readonly url: string
  close(): Promise<void>
}

async function startReceiver(bed: DeliveryBed): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { data } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { readonly data: unknown }
      bed.onDelivery(request.url ?? '', data, performance.now())
      if (request.url !== '/dead') response.end('ok')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
