import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deliverVariables, readEnvironment, sweepVariables } from '../../../lambdas/environment'
import { deliveryDeps, rotationDeps } from '../../../lambdas/wiring'
import { startAwsServer } from '../../../local/aws-server/server'
import type { Closers } from '../../../local/closers'
import {
  createQueues,
  createTable,
  functionEnvironment,
  localAws,
  mirrorKeyId,
  ringKeyId,
} from '../../../local/local-aws'
import { buildMounted, endBuilder } from '../../../scripts/bundle'
import { dynamoDbClient } from '../../../src/aws/clients'
import type { Table } from '../../../src/aws/table'
import { allContracts } from '../../../src/contracts/all'
import type { DeliveryDeps } from '../../../src/delivery/ports'
import type { RotationDeps } from '../../../src/rotation/ports'
import { type Clock, startClock } from '../../support/clock/moved-clock'
import { auditTable, memoryAuditLog } from '../../support/memory/memory-audit-log'
import { memoryEventBus, publishedEvents } from '../../support/memory/memory-event-bus'
import { type FaultProxy, startFaultProxy } from '../wire/fault-proxy'
import type { BuiltProcess } from './function-process'
import { openQueues, type Queues } from './queues'
import { startWatchedReceiver, type WatchedReceiver } from './watched-receiver'

/** The built function, the embedded AWS with a proxy before it, and a receiver, all on a clock that a test moves. */
export interface Deployment {
  readonly clock: Clock
  readonly built: BuiltProcess
  /** The AWS endpoint's URL, past the proxy. */
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
export async function startDeployment(closers: Closers): Promise<Deployment> {
  const clock = startClock()
  const { now } = clock
  const aws = await startAwsServer({ dataDir: null, port: 0, now, kmsKeyIds: [ringKeyId, mirrorKeyId] })
  closers.add(() => aws.close())
  Object.assign(process.env, functionEnvironment({ name: 'deliver', bundle: __filename, aws: aws.url }))
  const table = { client: dynamoDbClient(), name: localAws.table }
  closers.add(() => table.client.destroy())
  const [built, proxy, receiver] = await Promise.all([
    build(closers),
    startFaultProxy({ target: aws.url, nameOf }),
    startWatchedReceiver(now),
    createTable(table),
    createQueues(aws.url),
  ])
  closers.add(() => proxy.close())
  closers.add(() => receiver.close())
  const queues = await openQueues(aws.url)
  closers.add(() => queues.close())
  return { clock, built, aws: aws.url, proxy, receiver, queues, table, ...depsOf(table, now) }
}

async function build(closers: Closers): Promise<BuiltProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-kills-'))
  closers.add(() => rmSync(folder, { recursive: true }))
  const sources = { deliver: 'lambdas/deliver.ts', main: 'test/faults/deliver-process/process-main.ts' }
  const [bundle, main] = await buildMounted(folder, sources)
  await endBuilder()
  return { bundle: bundle?.file ?? '', main: main?.file ?? '' }
}

/** Calls at the same time come in any order, so they are told apart by what they are about. */
function nameOf(operation: string, body: Buffer): string {
  const [, kind] = /"(DELIVERY|EVENT|ENDPOINT|ATTEMPTS|HEALTH)#/.exec(body.toString('utf8')) ?? []
  return kind === undefined ? operation : `${operation} ${kind}`
}

function depsOf(table: Table, now: () => Date): Pick<Deployment, 'rotation' | 'deliveries'> {
  const log = { info: () => undefined, error: () => undefined }
  const [audit, events] = [memoryAuditLog(auditTable()), memoryEventBus(publishedEvents())]
  const rotation = rotationDeps(readEnvironment(sweepVariables, process.env), table)
  const deliveries = deliveryDeps(readEnvironment(deliverVariables, process.env), table, allContracts)
  return { rotation: { ...rotation, audit, events, now, log }, deliveries: { ...deliveries, now, log } }
}
