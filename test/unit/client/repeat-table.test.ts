import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import type { FetchInit, KeyturnClient } from '../../../src/client'
import { clientOn } from '../../../src/client/client'
import type { Operation } from '../../../src/client/operation'
import { operationsOf } from '../../../src/client/operations'
import { failureOf } from './failure-of'
import { manualTimers } from './manual-timers'

// docs/client.md says of each operation whether it is sent again. This holds its table against the operations.

const guide = readFileSync('docs/client.md', 'utf8')
const [, table = ''] = /^\| operations \|.*\n\|---.*\n((?:\|.*\n)+)/m.exec(guide) ?? []

const rows = table
  .trimEnd()
  .split('\n')
  .map(row => {
    const [, names = '', again = ''] = row.split('|').map(cell => cell.trim())
    return { again, names: names === 'reads' ? reads() : [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name) }
  })

/** Each as a call whose first argument is an id, or a body without one; the last one of each is the options. */
function methodsOf(client: KeyturnClient): ReadonlyMap<string, () => Promise<unknown>> {
  const methods = Object.entries(client) as [string, (...given: unknown[]) => Promise<unknown>][]
  const ofOperations = methods.filter(([name]) => !methods.some(([other]) => name === `${other}All`))
  return new Map(ofOperations.map(([name, method]) => [name, () => method(...(method.length > 1 ? ['x'] : []))]))
}

function operations(): ReadonlyMap<string, Operation> {
  const found = new Map<string, Operation>()
  const called: Operation[] = []
  const client = operationsOf(async operation => void called.push(operation))
  for (const [name, method] of methodsOf(client)) {
    void method()
    const operation = called.pop()
    if (operation !== undefined) found.set(name, operation)
  }
  return found
}

function reads(): readonly string[] {
  return [...operations()].filter(([, { method }]) => method === 'GET').map(([name]) => name)
}

const repeatOf: Readonly<Record<string, Operation['repeat']>> = {
  yes: 'safe',
  'yes, with the same `Idempotency-Key`': 'keyed',
  'if the body has an `id`': 'with-id',
  no: 'never',
}

/** What is sent when no reply ever comes, and one repeat is allowed. */
async function sentBy(call: (client: KeyturnClient) => Promise<unknown> | undefined): Promise<readonly FetchInit[]> {
  const sent: FetchInit[] = []
  const fetch = async (_: string, init: FetchInit) => {
    sent.push(init)
    return Promise.reject(new TypeError('lost'))
  }
  const options = { baseUrl: 'https://api.example', credential: 'kt_x', fetch, repeats: 1 }
  await failureOf(Promise.resolve(call(clientOn(manualTimers(20_000), options))))
  return sent
}

describe('the table of docs/client.md', () => {
  it('names every operation once', () => {
    const named = rows.flatMap(({ names }) => names)
    expect(named.toSorted()).toEqual([...operations().keys()].toSorted())
  })

  it.each(rows)('says rightly that a request is sent again ($again): $names', async ({ again, names }) => {
    const repeat = repeatOf[again]
    expect(names.map(name => operations().get(name)?.repeat)).toEqual(names.map(() => repeat))
    for (const name of names) {
      const sent = await sentBy(client => methodsOf(client).get(name)?.())
      expect([name, sent.length]).toEqual([name, repeat === 'safe' || repeat === 'keyed' ? 2 : 1])
      const keys = new Set(sent.map(({ headers }) => headers['idempotency-key']))
      expect([keys.size, keys.has(undefined)]).toEqual([1, repeat !== 'keyed'])
    }
  })

  it('says rightly that an event with an id is sent again', async () => {
    const event = { type: 'a.b', id: 'evt_1', payload: {} }
    expect(await sentBy(client => client.publish(event))).toHaveLength(2)
  })
})
