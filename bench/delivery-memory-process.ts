import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { handler } from '../lambdas/deliver'
import { eventItem } from '../src/aws/dynamo-delivery-store'
import { endpointItem } from '../src/aws/dynamo-endpoint-store'
import { type Item, toItem } from '../src/aws/items'
import { keyturn } from '../src/contracts/keyturn'
import { newDelivery, nextAttempt } from '../src/delivery/delivery'
import { collectGarbage } from '../test/support/collect-garbage'
import { sampleEndpoint } from './sample-endpoint'

// `delivery-memory.ts` builds this file like a function and runs it in a process of its own, whose AWS clients are stubs. It
// delivers once to each of 10,000 endpoints at the receiver whose URL is its argument, and prints as JSON the megabytes of
// the process after 1,000 and after all of them, and the milliseconds of processor time of one delivery: in all, of the
// same request sent by Node alone, and of the stubs' answers.

const counts = [1_000, 10_000]
const concurrent = 16
const turns = 16
const perTurn = 250
const tenantId = 'org_bench'
const event = { tenantId, id: 'evt_bench', type: 'order.created', at: new Date(), payload: { total: 1 } }
const sample = sampleEndpoint(tenantId, keyturn)

async function main(receiver: string): Promise<void> {
  stubAws(receiver)
  const megabytes: number[] = []
  let delivered = 0
  for (const count of counts) {
    await inLanes(count - delivered, deliverTo, delivered)
    delivered = count
    megabytes.push(await usedMegabytes())
  }
  console.error(JSON.stringify({ megabytes, ...(await milliseconds(receiver, delivered)) }))
}

/** The least of several turns, each next to one of what is not ours: what else the machine does can only add to a turn. */
async function milliseconds(receiver: string, delivered: number): Promise<Readonly<Record<string, number>>> {
  const [all, sending, stubs] = [[] as number[], [] as number[], [] as number[]]
  for (let turn = 0; turn < turns; turn += 1) {
    const first = delivered + turn * perTurn
    const asked: unknown[] = (commands = [])
    all.push(await processorTime(() => inLanes(perTurn, deliverTo, first)))
    commands = null
    sending.push(await processorTime(() => inLanes(perTurn, nth => postTo(`${receiver}/ep_${nth}`), first)))
    stubs.push(await processorTime(() => asked.forEach(command => answerTo(receiver, command))))
  }
  return { all: Math.min(...all), sending: Math.min(...sending), stubs: Math.min(...stubs) }
}

/** Milliseconds of one of a turn. */
async function processorTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / perTurn
}

async function inLanes(count: number, work: (nth: number) => Promise<void>, first: number): Promise<void> {
  let next = first
  const lane = async (): Promise<void> => {
    while (next < first + count) await work((next += 1))
  }
  await Promise.all(Array.from({ length: concurrent }, lane))
}

/** A request of a delivery's size over a kept connection, and its reply to the end. */
async function postTo(url: string): Promise<void> {
  const sent = request(url, { method: 'POST', agent: keptConnections, headers: sampleHeaders })
  sent.end(sampleBody)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  await once(response.resume(), 'end')
}

const keptConnections = new Agent({ keepAlive: true })
const sampleBody = JSON.stringify({ ...event, data: { ...event.payload } })
const sampleHeaders = {
  'content-type': 'application/json',
  'content-length': String(Buffer.byteLength(sampleBody)),
  'user-agent': 'keyturn',
  'webhook-id': 'msg_0123456789abcdef01234567',
  'webhook-timestamp': '1700000000',
  'webhook-signature': `v1,${'A'.repeat(43)}=`,
}

async function deliverTo(endpoint: number): Promise<void> {
  const body = JSON.stringify(nextAttempt(deliveryOf(`msg_${endpoint}`)))
  const batch = { Records: [{ messageId: String(endpoint), body }] }
  const result = await handler(batch as Parameters<typeof handler>[0], { awsRequestId: 'bench' })
  if (JSON.stringify(result) !== '{"batchItemFailures":[]}') throw new Error('a delivery failed')
}

/** An endpoint's number ends every id that belongs to it. */
function deliveryOf(messageId: string) {
  const endpointId = messageId.replace('msg', 'ep')
  return newDelivery({ endpointId, incarnationOf: endpointId, messageId }, event, event.at)
}

/** Makes the item that is asked for from its item key: none is kept. No delivery is stored yet. */
function itemOf(receiver: string, key: Readonly<Record<string, string>>): Item | null {
  const [kind, id = ''] = (key.sk ?? '').split('#')
  if (kind === 'EVENT') return eventItem(event, event.at)
  if (kind === 'DELIVERY') return null
  if (kind !== 'ENDPOINT') return { ...toItem(key), ...healthOf(key) }
  const sealed = Buffer.from(`the sealed key of ${id}`.padEnd(184, '.')).toString('base64')
  const [current] = sample.ring.keys
  const ring = { ...sample.ring, keys: [{ ...current, id: `key_${id}`, sealed }] as const }
  return endpointItem({
    ...sample,
    id,
    incarnation: id,
    ring,
    settings: { ...sample.settings, url: `${receiver}/${id}` },
  })
}

/** What the stubs are asked; null while nobody wants to know. */
let commands: unknown[] | null = null

function stubAws(receiver: string): void {
  const send = async (command: unknown): Promise<object> => {
    commands?.push(command)
    return answerTo(receiver, command)
  }
  for (const { prototype } of [DynamoDBClient, KMSClient]) Object.defineProperty(prototype, 'send', { value: send })
}

function answerTo(receiver: string, command: unknown): object {
  if (command instanceof BatchGetItemCommand) return { Responses: foundBy(receiver, command.input.RequestItems ?? {}) }
  if (command instanceof UpdateItemCommand) return { Attributes: healthOf(textsOf(command.input.Key ?? {})) }
  if (command instanceof DecryptCommand) return { Plaintext: secretOf(command.input.CiphertextBlob ?? Buffer.alloc(0)) }
  return {}
}

function foundBy(receiver: string, wanted: NonNullable<BatchGetItemCommandInput['RequestItems']>): object {
  return Object.fromEntries(
    Object.entries(wanted).map(([table, { Keys = [] }]) => [
      table,
      Keys.map(key => itemOf(receiver, textsOf(key))).filter(item => item !== null),
    ]),
  )
}

/** Each ciphertext opens to a secret of its own. */
function secretOf(ciphertext: Uint8Array): Buffer {
  return Buffer.from(`whsec_${createHash('sha256').update(ciphertext).digest('base64')}`)
}

/** The health of an endpoint that took its last delivery. */
function healthOf({ sk: incarnation = '' }: Readonly<Record<string, string>>): Item {
  return toItem({ incarnation, lastSuccessAt: event.at, lastResponseTimeMs: 10 })
}

function textsOf(key: Readonly<Record<string, AttributeValue>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(key).map(([name, { S = '' }]) => [name, S]))
}

/** The size of the heap and of the buffers beside it, after a garbage collection. */
async function usedMegabytes(): Promise<number> {
  await collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1024 / 1024
}

void main(process.argv[2] ?? '')
