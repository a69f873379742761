import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Closers } from '../../../local/closers'
import type { LocalDescription } from '../../../local/local-description'
import { endBuilder } from '../../../scripts/bundle'
import { inLanes } from '../../../src/core/concurrency'
import { addSeconds } from '../../../src/core/instant'
import { type DnsServer, startDnsServer } from '../../unit/delivery/dns-server'
import { type Receiver, startReceiver } from '../../unit/delivery/receiver'
import { apiCaller, type ApiCaller, type CalledReply, memberAt, textAt } from '../api-caller'
import { startLocalRun } from '../local-run'
import { platformKey } from '../platform-key'
import { buildPreload } from '../preload/build-preload'
import { type Certificate, selfSigned } from '../tls/self-signed'
import { atLocalRun, type ManyEndpoints, storeEndpoints } from './stored-endpoints'
import { until } from './until'

// A local run with two tenants: one that does the worst it may, and one beside it.

export const hostile = 'org_hostile'
export const bystander = 'org_bystander'
export type Tenant = typeof hostile | typeof bystander

export interface Bed {
  readonly local: LocalDescription
  /** Where the run looks names up: at first none exists. */
  readonly dns: DnsServer
  /** Of a receiver at `namedHost`, which the run trusts. */
  readonly certificate: Certificate
  readonly closers: Closers
  /** @throws where the reply is neither a success nor one of the statuses that are `allowed` */
  call(tenant: Tenant, request: ApiRequest): Promise<CalledReply>
  addReceiver(certificate?: Certificate | null): Promise<Receiver>
  /** Returns their ids. */
  addEndpoints(tenant: Tenant, settings: readonly object[]): Promise<readonly string[]>
  publish(tenant: Tenant, type: string, payload: unknown): Promise<void>
  healthOf(tenant: Tenant, endpointId: string): Promise<unknown>
  /** Works again and again, so long after its end, until what it returns is called. That throws what the work threw. */
  repeat(work: () => Promise<unknown>, pauseMs: number): () => Promise<void>
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly body?: unknown
  readonly allowed?: readonly number[]
}

/** A receiver that is reached by its name, and so by https alone. */
export const namedHost = 'bystander.example'
const anHour = 60 * 60
/** Fewer than a tenant may have attempts at endpoints that are new. */
const provingLanes = 3

export async function startBed(): Promise<Bed> {
  const closers = new Closers()
  try {
    return await openBed(closers)
  } catch (error) {
    await closers.close()
    throw error
  }
}

async function openBed(closers: Closers): Promise<Bed> {
  const dns = await startDnsServer(() => 'no-such-name')
  closers.add(() => dns.close())
  const certificate = selfSigned(addSeconds(new Date(), anHour), namedHost)
  const local = await startRun({ dns, certificate }, closers)
  const api = apiCaller(local.api)
  const token = await platformKey(local, [hostile, bystander])
  const call: Bed['call'] = (tenant, request) => callAs(api, { token, tenant }, request)
  return {
    local,
    dns,
    certificate,
    closers,
    call,
    addReceiver: async (certificate = null) => {
      const receiver = await startReceiver(certificate)
      closers.add(() => receiver.close())
      return receiver
    },
    addEndpoints: (tenant, settings) =>
      inLanes(provingLanes, settings, async one => {
        const body = { mirror: 'off', ...one }
        return textAt(await call(tenant, { method: 'POST', path: '/v1/endpoints', body }), 'endpoint.id')
      }),
    publish: async (tenant, type, payload) =>
      void (await call(tenant, { method: 'POST', path: '/v1/events', body: { type, payload } })),
    healthOf: async (tenant, id) => (await call(tenant, { method: 'GET', path: `/v1/endpoints/${id}/health` })).json,
    repeat: (work, pauseMs) => repeat(closers, work, pauseMs),
  }
}

interface Caller {
  readonly token: string
  readonly tenant: Tenant
}

async function callAs(api: ApiCaller, { token, tenant }: Caller, request: ApiRequest): Promise<CalledReply> {
  const { method, path, body, allowed = [] } = request
  const headers = { 'Keyturn-Tenant': tenant }
  const reply = await api.call(method, path, { token, headers, body })
  if (reply.status < 300 || allowed.includes(reply.status)) return reply
  throw new Error(`${reply.request} answered ${reply.status}: ${reply.text}`)
}

async function startRun(
  { dns, certificate }: Pick<Bed, 'dns' | 'certificate'>,
  closers: Closers,
): Promise<LocalDescription> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-neighbours-'))
  closers.add(() => rm(folder, { recursive: true }))
  const constants = { DNS_SERVER: JSON.stringify(dns.address) }
  const preload = await buildPreload(folder, { source: join(__dirname, 'names-preload.ts'), constants })
  await endBuilder()
  const trusted = join(folder, 'trusted.pem')
  await writeFile(trusted, certificate.cert)
  const run = await startLocalRun({ preload, environment: { NODE_EXTRA_CA_CERTS: trusted } })
  closers.add(() => run.stop())
  return run.local
}

function repeat(closers: Closers, work: () => Promise<unknown>, pauseMs: number): () => Promise<void> {
  const ended = new AbortController()
  const goOn = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await work()
      await wait(pauseMs, null, { signal: ended.signal }).catch(() => undefined)
    }
  }
  const over = goOn()
  const end = async (): Promise<void> => {
    ended.abort()
    await over
  }
  // A test that failed before it asked must not wait here for what it failed with.
  closers.add(() => end().catch(() => undefined))
  over.catch(() => undefined)
  return end
}

/** The event type that one endpoint alone gets, by its place. */
function ownType(place: number): string {
  return `own.${place}`
}

/** Endpoints of the hostile tenant, with mirrors, that the sweep has before it. */
export function addChanged(bed: Bed, count: number): Promise<readonly string[]> {
  const settings = Array.from({ length: count }, () => ({ mirror: 'on' }) as const)
  return store(bed, settings, 'changed')
}

/** The hostile tenant's endpoints at one receiver. All of them get `load`, and each a type of its own. */
export function addHostile(bed: Bed, url: string, count: number): Promise<readonly string[]> {
  const settings = Array.from({ length: count }, (_, place) => {
    return { url: `${url}/${place}`, eventTypes: ['load', ownType(place)] }
  })
  return store(bed, settings, 'settled')
}

/** The same, each with one delivery that it took at once: what counts as prompt. */
export async function addProven(bed: Bed, { url, received }: Receiver, count: number): Promise<readonly string[]> {
  const ids = await addHostile(bed, url, count)
  await inLanes(provingLanes, [...ids.entries()], async ([place, id]) => {
    await bed.publish(hostile, ownType(place), {})
    await until('an endpoint gets its first event', () => received.some(({ path }) => path === `/${place}`))
    await until('it is noted', async () => memberAt(await bed.healthOf(hostile, id), 'lastSuccessAt') !== null)
  })
  return ids
}

function store(
  { local }: Bed,
  settings: ManyEndpoints['settings'],
  state: ManyEndpoints['state'],
): Promise<readonly string[]> {
  const many = { tenantId: hostile, settings, state, now: () => new Date() }
  return atLocalRun(local, place => storeEndpoints(place, many))
}
