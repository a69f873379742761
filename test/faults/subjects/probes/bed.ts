import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { deliveryDeps } from '../../../../lambdas/deliver-wiring'
import { deliverVariables, readEnvironment, sweepVariables } from '../../../../lambdas/environment'
import { rotationDeps } from '../../../../lambdas/wiring'
import {
  createQueues,
  createTable,
  localAws,
  localClientOptions,
  mirrorKeyId,
  patientLimits,
  ringKeyId,
} from '../../../../local/aws-resources'
import { readBody } from '../../../../local/aws-server/http'
import { startAwsServer } from '../../../../local/aws-server/server'
import type { Closers } from '../../../../local/closers'
import { functionEnvironment } from '../../../../local/function-environment'
import { startGateway } from '../../../../local/gateway'
import { closeServer, listen } from '../../../../local/listen'
import { LocalFunction } from '../../../../local/local-functions'
import { localMounts } from '../../../../scripts/bundle'
import { createApiKey } from '../../../../src/access/create-api-key'
import { dynamoDbClient } from '../../../../src/aws/clients'
import { dynamoApiKeyStore } from '../../../../src/aws/dynamo-api-key-store'
import type { Table } from '../../../../src/aws/table'
import { allContracts } from '../../../../src/contracts/all'
import { gatewayRoutes } from '../../../../src/contracts/gateway-routes'
import { keyturn } from '../../../../src/contracts/keyturn'
import type { DeliveryDeps } from '../../../../src/delivery/ports'
import { createEndpoint } from '../../../../src/rotation/create'
import type { RotationDeps } from '../../../../src/rotation/ports'
import { verify } from '../../../../src/verify'
import { type ApiCaller, apiCaller, type CalledReply } from '../../../support/api-caller'
import { plainSettings } from '../../../support/plain-settings'
import { buildBundles } from '../../build-bundles'
import { type FaultProxy, startFaultProxy } from '../../proxy'
import { nameOf } from '../deliveries/bed'
import { type SentEvent, sentEvents } from '../ring-changes/bed'

/** The built function `deliver` behind HTTP, with a proxy between it and AWS, and receivers; and what looks past the proxy. */
export interface ProbeBed {
  readonly api: ApiCaller
  readonly proxy: FaultProxy
  /** Ends the worker as a crash would; the next request starts another. */
  readonly kill: () => Promise<void>
  readonly table: Table
  readonly rotation: RotationDeps
  readonly deliveries: DeliveryDeps
  readonly receiver: VerifyingReceiver
  readonly events: () => Promise<readonly SentEvent[]>
}

const timeoutSeconds = 29

/** Takes over this process's AWS variables. */
export async function startProbeBed(closers: Closers): Promise<ProbeBed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-faults-'))
  closers.add(() => rm(dataDir, { recursive: true }))
  const aws = await startAwsServer({ dataDir, port: 0, kmsKeyIds: [ringKeyId, mirrorKeyId] })
  closers.add(() => aws.close())
  Object.assign(process.env, functionEnvironment({ name: 'deliver', bundle: __filename, aws: aws.url }))
  const table = { client: dynamoDbClient({ requestHandler: patientLimits }), name: localAws.table }
  closers.add(() => table.client.destroy())
  const [{ deliver: bundle, runtime }, proxy, receiver] = await Promise.all([
    buildBundles(closers, { deliver: 'lambdas/deliver.ts' }),
    startFaultProxy({ target: aws.url, nameOf }),
    startVerifyingReceiver(),
    createTable(table),
    createQueues(localClientOptions(aws.url)),
  ])
  closers.add(() => proxy.close())
  closers.add(() => receiver.close())
  const environment = functionEnvironment({ name: 'deliver', bundle, aws: proxy.url })
  const log = new Writable({ write: (_chunk, _encoding, done) => done() })
  const run = new LocalFunction({ bundle, runtime, environment, log, timeoutSeconds })
  closers.add(() => run.kill())
  const gateway = await startGateway({
    port: 0,
    routes: gatewayRoutes(localMounts),
    invoke: (_, event) => run.invoke(event),
    now: () => new Date(),
  })
  closers.add(() => gateway.close())
  return {
    api: apiCaller(gateway.url),
    proxy,
    kill: () => run.kill(),
    table,
    receiver,
    rotation: rotationDeps(readEnvironment(sweepVariables, process.env), table),
    deliveries: deliveryDeps(readEnvironment(deliverVariables, process.env), table, allContracts),
    events: () => sentEvents(join(dataDir, 'events.ndjson')),
  }
}

/** Receivers on loopback, each under a path of its own. */
interface VerifyingReceiver {
  readonly url: string
  /** Verifies what comes to the path with the secret; null accepts anything. */
  expect(path: string, secret: string | null): void
  close(): Promise<void>
}

async function startVerifyingReceiver(): Promise<VerifyingReceiver> {
  const secrets = new Map<string, string | null>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request)
    const secret = secrets.get(request.url ?? '') ?? null
    response.writeHead(secret === null || isGenuine(request, body, secret) ? 200 : 401).end()
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  return {
    url: await listen(server, 0),
    expect: (path, secret) => void secrets.set(path, secret),
    close: () => closeServer(server),
  }
}

function isGenuine({ headers }: IncomingMessage, body: Buffer, secret: string): boolean {
  try {
    verify(body, headers, secret)
    return true
  } catch {
    return false
  }
}

/** An endpoint of a tenant of its own, and the request that probes it. */
export interface ProbedEndpoint {
  readonly tenantId: string
  readonly endpointId: string
  readonly keyId: string
  send(): Promise<CalledReply>
}

/** How the endpoint's receiver takes deliveries, and so what a probe says. */
export type ReceiverKind = 'adopted' | 'accepts-anything'

export async function addProbed(bed: ProbeBed, kind: ReceiverKind, tenantId: string): Promise<ProbedEndpoint> {
  const { rotation, receiver, table, api } = bed
  const path = `/${tenantId}`
  const settings = { ...plainSettings, url: receiver.url + path, mirror: 'off' } as const
  const actor = { kind: 'session', id: 'user_1' } as const
  const about = { tenantId, contract: keyturn, actor, id: null, settings, ownSecret: null, idempotency: null }
  const { endpoint, secret } = await createEndpoint(rotation, { ...about, mostEndpoints: 10 })
  receiver.expect(path, kind === 'adopted' ? secret.reveal() : null)
  const now = (): Date => new Date()
  const scope = { tenantIds: [tenantId], permissions: ['endpoints:write'], plan: null, expiresAt: null }
  const made = { contract: keyturn, name: 'faults', ...scope }
  const { text } = await createApiKey(dynamoApiKeyStore(table, now), { now, randomBytes }, made)
  const token = text.reveal()
  return {
    tenantId,
    endpointId: endpoint.id,
    keyId: endpoint.ring.keys[0].id,
    send: () => api.call('POST', `/v1/endpoints/${endpoint.id}/secret/probe`, { token }),
  }
}
