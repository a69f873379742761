import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { deliverVariables, readEnvironment, sweepVariables } from '../lambdas/environment'
import { deliveryDeps } from '../lambdas/deliver-wiring'
import { rotationDeps } from '../lambdas/wiring'
import { createQueues, createTable, localAws, localClientOptions, mirrorKeyId, ringKeyId } from '../local/aws-resources'
import { startAwsServer } from '../local/aws-server/server'
import { Closers } from '../local/closers'
import { functionEnvironment } from '../local/function-environment'
import { messagePrice } from '../scripts/costs'
import { dynamoDbClient } from '../src/aws/clients'
import { allContracts } from '../src/contracts/all'
import { keyturn } from '../src/contracts/keyturn'
import type { Json } from '../src/contracts/shape'
import type { DeliveryDeps, Queued } from '../src/delivery/ports'
import { workQueue } from '../src/delivery/work-queue'
import { createEndpoint } from '../src/rotation/create'
import { plainSettings } from '../test/support/plain-settings'
import type { Figure } from './figure'

const tenantId = 'org_bench'
const batchSize = 10
/** Messages that a function call works on where the load is small. */
const smallBatch = 2
/** How much longer each call takes than it would here, so that calls made at once are seen to overlap. */
const delayMs = 30

const mostRequests = 5
const mostOfEvent = 2
const mostDollars = 5

/** What a first-try delivery and an event ask of the table, and what a million deliveries cost at list prices. */
export async function benchDeliveryCost(): Promise<readonly Figure[]> {
  const closers = new Closers()
  try {
    const { deps, queued, calls } = await startBed(closers)
    const event = await spentOn(calls, () => workQueue(deps, [eventRecord('evt_1')]))
    const [first, ...others] = queued.splice(0).map(record)
    if (first === undefined || others.length < batchSize) throw new Error('the event made too few deliveries')
    // The first lease of a tenant makes the item that all others change.
    await spentOn(calls, () => workQueue(deps, [first]))
    const one = await spentOn(calls, () => workQueue(deps, others.slice(0, 1)))
    const batch = await spentOn(calls, () => workQueue(deps, others.slice(1, batchSize + 1)))
    return [
      { name: 'requests to the table of an event', value: event.requests, unit: '', most: mostOfEvent },
      { name: 'requests of a first-try delivery', value: one.requests, unit: '', most: mostRequests },
      { name: 'depth of these', value: one.depth, unit: '' },
      { name: 'requests of one in a batch of ten', value: batch.requests / batchSize, unit: '' },
      { name: 'write units of a first-try delivery', value: one.writeUnits, unit: '' },
      { name: 'read units', value: one.readUnits, unit: '' },
      { name: 'price of a million, in batches of two', value: priceOf(one, smallBatch), unit: '$', most: mostDollars },
      { name: 'price of a million, in batches of ten', value: priceOf(one, batchSize), unit: '$' },
      { name: 'price of a million events beside that', value: priceOf(event, smallBatch), unit: '$' },
    ]
  } finally {
    await closers.close()
  }
}

interface Call {
  readonly startedAt: number
  readonly endedAt: number
  readonly isWrite: boolean
  readonly units: number
}

interface Bed {
  readonly deps: DeliveryDeps
  /** What was put into the queue. */
  readonly queued: Queued[]
  readonly calls: Call[]
}

/** Twelve endpoints at a receiver on loopback, and what works on their deliveries. */
async function startBed(closers: Closers): Promise<Bed> {
  const aws = await startAwsServer({ dataDir: null, port: 0, kmsKeyIds: [ringKeyId, mirrorKeyId] })
  closers.add(() => aws.close())
  Object.assign(process.env, functionEnvironment({ name: 'deliver', bundle: __filename, aws: aws.url }), {
    ATTEMPTS_PER_TENANT: '25',
  })
  const client = dynamoDbClient()
  closers.add(() => client.destroy())
  const table = { client, name: localAws.table }
  await Promise.all([createTable(table), createQueues(localClientOptions(aws.url))])
  const url = await startReceiver(closers)
  const rotation = rotationDeps(readEnvironment(sweepVariables, process.env), table)
  const settings = { ...plainSettings, url, mirror: 'off' } as const
  const actor = { kind: 'session', id: 'user_1' } as const
  const request = {
    tenantId,
    contract: keyturn,
    actor,
    id: null,
    settings,
    ownSecret: null,
    idempotency: null,
    mostEndpoints: 100,
  }
  for (let index = 0; index < batchSize + 2; index += 1) await createEndpoint(rotation, request)
  const calls: Call[] = []
  recordCalls(client, calls)
  const queued: Queued[] = []
  const whole = deliveryDeps(readEnvironment(deliverVariables, process.env), table, allContracts)
  const send = async (messages: readonly Queued[]): Promise<void> => void queued.push(...messages)
  const log = { info: () => undefined, error: console.error }
  return { deps: { ...whole, queue: { ...whole.queue, send }, log }, queued, calls }
}

async function startReceiver(closers: Closers): Promise<string> {
  const receiver = createServer((request, response) => request.resume().on('end', () => response.end('ok')))
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  closers.add(async () => {
    receiver.closeAllConnections()
    receiver.close()
  })
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
}

const writes = /^(?:Put|Update|BatchWrite)/

/** Each call of the client takes longer, tells what it consumed, and is noted. */
function recordCalls(client: DynamoDBClient, calls: Call[]): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async args => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' })
        const isWrite = writes.test(commandName)
        const startedAt = performance.now()
        await wait(delayMs)
        // A write whose condition fails costs a unit and tells none.
        let units = 1
        try {
          const reply = await next(args)
          units = unitsOf(reply.output)
          return reply
        } finally {
          calls.push({ startedAt, endedAt: performance.now(), isWrite, units })
        }
      },
    { step: 'initialize' },
  )
}

function unitsOf(output: object): number {
  const { ConsumedCapacity } = output as { readonly ConsumedCapacity?: unknown }
  return [ConsumedCapacity].flat().reduce((sum: number, each) => sum + Number(Object(each).CapacityUnits ?? 0), 0)
}

interface Spent {
  readonly requests: number
  readonly depth: number
  readonly readUnits: number
  readonly writeUnits: number
}

async function spentOn(calls: Call[], work: () => Promise<readonly string[]>): Promise<Spent> {
  const failed = await work()
  if (failed.length > 0) throw new Error(`${failed.length} messages failed`)
  const made = calls.splice(0)
  const unitsOfKind = (isWrite: boolean): number =>
    made.reduce((sum, call) => sum + (call.isWrite === isWrite ? call.units : 0), 0)
  return { requests: made.length, depth: depthOf(made), readUnits: unitsOfKind(false), writeUnits: unitsOfKind(true) }
}

/** The longest chain in which each call began after the one before had ended. */
function depthOf(calls: readonly Call[]): number {
  const depths: number[] = []
  const byEnd = calls.toSorted((one, other) => one.endedAt - other.endedAt)
  for (const { startedAt } of byEnd) {
    const before = byEnd.flatMap(({ endedAt }, at) => (endedAt <= startedAt ? (depths[at] ?? 0) : []))
    depths.push(1 + Math.max(0, ...before))
  }
  return Math.max(0, ...depths)
}

function priceOf(spent: Spent, messages: number): number {
  return messagePrice(spent, messages) * 1e6
}

const payload: Json = { total: 3, items: Array.from({ length: 10 }, (_, index) => ({ id: index, name: 'an item' })) }

function eventRecord(id: string): { readonly messageId: string; readonly body: string } {
  const at = new Date().toISOString()
  return { messageId: id, body: JSON.stringify({ kind: 'event', tenantId, id, type: 'order.paid', at, payload }) }
}

function record({ message }: Queued, index: number): { readonly messageId: string; readonly body: string } {
  return { messageId: String(index), body: JSON.stringify(message) }
}
