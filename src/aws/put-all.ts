import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandInput,
  type BatchWriteItemCommandOutput,
} from '@aws-sdk/client-dynamodb'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Item } from './items'
import type { Table } from './table'

/** How often what DynamoDB left out is put again. */
const mostPuts = 8

/**
 * Puts items in one request, whatever was stored before; they are stored in no order.
 * @throws when some were not taken
 */
export async function putAll({ client, name }: Table, items: readonly Item[], signal?: AbortSignal): Promise<void> {
  const abort = signal === undefined ? {} : { abortSignal: signal }
  let left: BatchWriteItemCommandInput['RequestItems'] = { [name]: items.map(Item => ({ PutRequest: { Item } })) }
  for (let puts = 0; puts < mostPuts; puts += 1) {
    const command = new BatchWriteItemCommand({ RequestItems: left })
    const reply: BatchWriteItemCommandOutput = await client.send(command, abort)
    left = reply.UnprocessedItems
    if (left === undefined || Object.keys(left).length === 0) return
    await sleep(10 * 2 ** puts, undefined, signal && { signal })
  }
  throw new Error('the table did not take all items')
}
