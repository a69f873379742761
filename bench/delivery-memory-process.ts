import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { createHash } from 'node:crypto'
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
// the process after 1,000 and after all of them, and the milliseconds of processor time of one of the latter.

const counts = [1_000, 10_000]
const concurrent = 16
const tenantId = 'org_bench'
const event = { tenantId, id: 'evt_bench', type: 'order.created', at: new Date(), payload: { total: 1 } }
const sample = sampleEndpoint(tenantId, keyturn)

async function main(receiver: string): Promise<void> {
  stubAws(receiver)
  const megabytes: number[] = []
  let milliseconds = 0
  let next = 0
  const lane = async (count: number): Promise<void> => {
    while (next < count) await deliverTo((next += 1))
  }
  for (const count of counts) {
    const [before, first] = [process.cpuUsage(), next]
    await Promise.all(Array.from({ length: concurrent }, () => lane(count)))
    const { user, system } = process.cpuUsage(before)
    milliseconds = (user + system) / 1000 / (count - first)
    megabytes.push(await usedMegabytes())
  }
  console.error(JSON.stringify([...megabytes, milliseconds]))
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

function stubAws(receiver: string): void {
  const answerTo = (command: unknown): object => {
    if (command instanceof BatchGetItemCommand)
      return { Responses: foundBy(receiver, command.input.RequestItems ?? {}) }
    if (command instanceof UpdateItemCommand) return { Attributes: healthOf(textsOf(command.input.Key ?? {})) }
    if (command instanceof DecryptCommand)
      return { Plaintext: secretOf(command.input.CiphertextBlob ?? Buffer.alloc(0)) }
    return {}
  }
  for (const { prototype } of [DynamoDBClient, KMSClient]) {
    Object.defineProperty(prototype, 'send', { value: async (command: unknown) => answerTo(command) })
  }
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
