import { deliverVariables, readEnvironment, sweepVariables } from '../../../../lambdas/environment'
import { deliveryDeps } from '../../../../lambdas/deliver-wiring'
import { rotationDeps } from '../../../../lambdas/wiring'
import {
  createQueues,
  createTable,
  localAws,
  localClientOptions,
  patientLimits,
  mirrorKeyId,
  ringKeyId,
} from '../../../../local/aws-resources'
import { startAwsServer } from '../../../../local/aws-server/server'
import type { Closers } from '../../../../local/closers'
import { functionEnvironment } from '../../../../local/function-environment'
import { dynamoDbClient } from '../../../../src/aws/clients'
import type { Table } from '../../../../src/aws/table'
import { allContracts } from '../../../../src/contracts/all'
import { keyturn } from '../../../../src/contracts/keyturn'
import type { DeliveryDeps } from '../../../../src/delivery/ports'
import { createEndpoint } from '../../../../src/rotation/create'
import type { EndpointSettings } from '../../../../src/rotation/endpoint'
import type { RotationDeps } from '../../../../src/rotation/ports'
import { type Clock, startClock } from '../../../support/clock/moved-clock'
import { auditTable, memoryAuditLog } from '../../../support/memory/memory-audit-log'
import { memoryEventBus, publishedEvents } from '../../../support/memory/memory-event-bus'
import { plainSettings } from '../../../support/plain-settings'
import { buildBundles } from '../../build-bundles'
import { type FaultProxy, startFaultProxy } from '../../proxy'
import type { BuiltProcess } from './function-process'
import { openQueues, type Queues } from './queues'
import { startWatchedReceiver, type WatchedReceiver } from './receiver'

/** The built function, the embedded AWS with a proxy before it, and a receiver, all on a clock that a test moves. */
export interface DeliveryBed {
  readonly clock: Clock
  readonly built: BuiltProcess
  /** The URL of AWS, past the proxy. */
  readonly aws: string
  readonly proxy: FaultProxy
  readonly receiver: WatchedReceiver
  readonly queues: Queues
  readonly table: Table
  /** To add endpoints with. */
  readonly rotation: RotationDeps
  /** To prepare and to look at deliveries with, past the proxy. */
  readonly deliveries: DeliveryDeps
}

/** Takes over this process's AWS variables. */
export async function startDeliveryBed(closers: Closers): Promise<DeliveryBed> {
  const clock = startClock()
  const { now } = clock
  const aws = await startAwsServer({ dataDir: null, port: 0, now, kmsKeyIds: [ringKeyId, mirrorKeyId] })
  closers.add(() => aws.close())
  Object.assign(process.env, functionEnvironment({ name: 'deliver', bundle: __filename, aws: aws.url }))
  const table = { client: dynamoDbClient({ requestHandler: patientLimits }), name: localAws.table }
  closers.add(() => table.client.destroy())
  const [built, proxy, receiver] = await Promise.all([
    build(closers),
    startFaultProxy({ target: aws.url, nameOf }),
    startWatchedReceiver(now),
    createTable(table),
    createQueues(localClientOptions(aws.url)),
  ])
  closers.add(() => proxy.close())
  closers.add(() => receiver.close())
  const queues = await openQueues(aws.url)
  closers.add(() => queues.close())
  return { clock, built, aws: aws.url, proxy, receiver, queues, table, ...depsOf(table, now) }
}

async function build(closers: Closers): Promise<BuiltProcess> {
  const sources = { deliver: 'lambdas/deliver.ts', main: 'test/faults/subjects/deliveries/process-main.ts' }
  const { deliver: bundle, main } = await buildBundles(closers, sources)
  return { bundle, main }
}

/** Calls at the same time come in any order, so they are told apart by what they are about. */
export function nameOf(operation: string, body: Buffer): string {
  const [, kind] = /"(DELIVERY|EVENT|ENDPOINT|ATTEMPTS|HEALTH)#/.exec(body.toString('utf8')) ?? []
  return kind === undefined ? operation : `${operation} ${kind}`
}

function depsOf(table: Table, now: () => Date): Pick<DeliveryBed, 'rotation' | 'deliveries'> {
  const log = { info: () => undefined, error: () => undefined }
  const [audit, events] = [memoryAuditLog(auditTable()), memoryEventBus(publishedEvents())]
  const rotation = rotationDeps(readEnvironment(sweepVariables, process.env), table)
  const deliveries = deliveryDeps(readEnvironment(deliverVariables, process.env), table, allContracts)
  return { rotation: { ...rotation, audit, events, now, log }, deliveries: { ...deliveries, now, log } }
}

export interface Subscribed {
  readonly endpointId: string
  readonly secret: string
  readonly url: string
}

/** Adds an endpoint that gets every event of the tenant. */
export async function subscribe({ rotation }: DeliveryBed, tenantId: string, url: string): Promise<Subscribed> {
  const settings: EndpointSettings = { ...plainSettings, url, mirror: 'off' }
  const actor = { kind: 'session', id: 'user_1' } as const
  const request = {
    tenantId,
    contract: keyturn,
    actor,
    id: null,
    settings,
    ownSecret: null,
    idempotency: null,
    mostEndpoints: 1000,
  }
  const { endpoint, secret } = await createEndpoint(rotation, request)
  return { endpointId: endpoint.id, secret: secret.reveal(), url }
}
