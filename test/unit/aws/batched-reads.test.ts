import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { withBatchedReads } from '../../../src/aws/batched-reads'
import type { ItemKey } from '../../../src/aws/item-keys'
import { toItem } from '../../../src/aws/items'
import { getItem } from '../../../src/aws/queries'
import type { Table } from '../../../src/aws/table'
import { embeddedTables } from './embedded-aws'

const newTable = embeddedTables()
let plain: Table
let table: Table
beforeEach(async () => {
  plain = await newTable()
  table = withBatchedReads(plain)
})

function keyOf(index: number): ItemKey {
  return { pk: 'HEALTH#org_1', sk: `ep_${index}` }
}

async function put(index: number): Promise<void> {
  await plain.client.send(new PutItemCommand({ TableName: plain.name, Item: toItem({ ...keyOf(index), index }) }))
}

/** The names of the calls that the work makes. */
async function callsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  const names: string[] = []
  const noted = { name: 'note', step: 'initialize' } as const
  plain.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      args => (names.push(commandName), next(args)),
    noted,
  )
  await work().finally(() => plain.client.middlewareStack.remove('note'))
  return names
}

async function read(indexes: readonly number[]): Promise<readonly unknown[]> {
  const items = await Promise.all(indexes.map(index => getItem(table, keyOf(index))))
  return items.map(item => item?.index?.N ?? null)
}

describe('items that are read in the same turn', () => {
  it('are read by one request, each once, and are null where there are none', async () => {
    await Promise.all([put(1), put(2)])
    let found: readonly unknown[] = []
    const calls = await callsOf(async () => (found = await read([2, 1, 3, 2])))
    expect(calls).toEqual(['BatchGetItemCommand'])
    expect(found).toEqual(['2', '1', null, '2'])
  })

  it('are read by as many requests as it takes, and one alone by its own', async () => {
    const many = Array.from({ length: 150 }, (_, index) => index)
    expect(await callsOf(() => read(many))).toEqual(['BatchGetItemCommand', 'BatchGetItemCommand'])
    expect(await callsOf(() => read([1]))).toEqual(['GetItemCommand'])
  })

  it('are as they are now: nothing is kept for the next turn', async () => {
    expect(await read([1, 2])).toEqual([null, null])
    await put(1)
    expect(await read([1, 2])).toEqual(['1', null])
  })

  it('all fail where their request fails, and are read again by the next', async () => {
    await put(1)
    const fault = { name: 'fail', step: 'initialize' } as const
    plain.client.middlewareStack.add(() => () => Promise.reject(new Error('away')), fault)
    await expect(read([1, 2])).rejects.toThrow('away')
    plain.client.middlewareStack.remove('fail')
    expect(await read([1, 2])).toEqual(['1', null])
  })
})
