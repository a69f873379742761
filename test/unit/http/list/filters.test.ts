import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { neverDelivered } from '../../../../src/delivery/health'
import type { EndpointStore } from '../../../../src/rotation/ports'
import { sampleEndpoint } from '../../../support/suites/sample-endpoint'
import { bearer, faultsOf, harness, invalid, NOON, type Reply, tenant } from '../harness'

// GET /v1/endpoints with ?status=, ?contract= and ?url=.

/** The whole API, a key that may read, and the ids that a list with this query shows. */
async function bed() {
  const made = harness()
  const token = await made.apiKey(keyturn, tenant)
  const list = (query: string): Promise<Reply> => made.send('GET', `/v1/endpoints?${query}`, bearer(token))
  const idsOf = async (query: string): Promise<readonly string[]> => shown(await list(query)).ids
  const add = async (
    given: Parameters<typeof made.endpoint>[2] = {},
    contract: typeof keyturn | typeof storno = keyturn,
  ) => (await made.endpoint(contract, tenant, given)).endpoint
  return { ...made, list, idsOf, add }
}

function shown({ json }: Reply): { readonly ids: readonly string[]; readonly next: string | null } {
  const { data, nextCursor } = Object(json)
  return { ids: data.map(({ id }: { readonly id: string }) => id), next: nextCursor }
}

describe('GET /v1/endpoints?status=', () => {
  it('200 shows those that the reply calls so, also where Keyturn itself paused them', async () => {
    const { idsOf, add, tables } = await bed()
    const active = await add()
    const byOwner = await add({ status: 'paused' })
    const byKeyturn = await add()
    const { incarnation, id } = byKeyturn
    const health = { ...neverDelivered, pausedAt: NOON, pausedReason: 'too bad' }
    tables.health.stored.set(`${tenant}#${id}`, { incarnation, health, resetAt: 0 })
    expect(await idsOf('status=active')).toEqual([active.id])
    expect(new Set(await idsOf('status=paused'))).toEqual(new Set([byOwner.id, id]))
  })
})

describe('GET /v1/endpoints?contract=', () => {
  it('200 shows those of the contract alone', async () => {
    const { idsOf, add } = await bed()
    const own = await add()
    const other = await add({}, storno)
    expect(await idsOf('contract=storno')).toEqual([other.id])
    expect(await idsOf('contract=keyturn')).toEqual([own.id])
    expect(await idsOf('contract=storno&status=paused')).toEqual([])
  })
})

describe('GET /v1/endpoints?url=', () => {
  it.each([
    ['as it stands', 'https://Hooks.Example/in?tenant=7'],
    ['without its query', 'https://hooks.example/in'],
    ['with its port', 'https://hooks.example:443/in'],
    ['by a way round', 'https://hooks.example/other/../in'],
  ])('200 finds it %s', async (_, url) => {
    const { idsOf, add } = await bed()
    const wanted = await add({ url: 'https://Hooks.Example/in?tenant=7' })
    await add({ url: 'https://hooks.example/in/7' })
    expect(await idsOf(`url=${encodeURIComponent(url)}`)).toEqual([wanted.id])
  })

  it.each([
    ['another query', 'https://hooks.example/in?tenant=8'],
    ['the start of its path', 'https://hooks.example/i'],
    ['another host', 'https://hooks.example.org/in'],
    ['another scheme', 'http://hooks.example/in'],
  ])('200 without it for %s', async (_, url) => {
    const { idsOf, add } = await bed()
    await add({ url: 'https://hooks.example/in?tenant=7' })
    expect(await idsOf(`url=${encodeURIComponent(url)}`)).toEqual([])
  })

  it('200 takes a URL of 2,048 characters, each of which may take two of JavaScript’s, and 400 more', async () => {
    const { idsOf, list } = await bed()
    const url = `https://hooks.example/${'😀'.repeat(2048 - 'https://hooks.example/'.length)}`
    expect(await idsOf(`url=${encodeURIComponent(url)}`)).toEqual([])
    expect(faultsOf(await list(`url=${encodeURIComponent(`${url}a`)}`))).toEqual(invalid('url'))
  })

  it('200 takes a URL that is not encoded, as far as its first &', async () => {
    const { idsOf, add } = await bed()
    const { id } = await add({ url: 'https://hooks.example/in?tenant=7' })
    expect(await idsOf('url=https://hooks.example/in?tenant=7')).toEqual([id])
  })
})

describe('pages of a list that asks for some', () => {
  /** Numbered in the order of the list. */
  async function manyEndpoints(count: number, isWanted: (index: number) => boolean) {
    const made = await bed()
    for (let index = 0; index < count; index += 1) {
      const id = `ep_${String(index).padStart(24, '0')}`
      const url = `https://${isWanted(index) ? 'wanted' : 'other'}.example/in`
      const endpoint = sampleEndpoint({ id, tenantId: tenant, settings: { ...sampleEndpoint().settings, url } })
      made.tables.endpoints.endpoints.set(`${tenant}#${id}`, { endpoint })
    }
    return made
  }

  const query = 'url=https://wanted.example/in'

  it('200 with each of them once, whatever the length of a page', async () => {
    const { list } = await manyEndpoints(450, index => index % 7 === 0)
    const ids: string[] = []
    for (let cursor = ''; ;) {
      const page = shown(await list(`${query}&limit=10${cursor}`))
      ids.push(...page.ids)
      if (page.next === null) break
      expect(page.ids).toHaveLength(10)
      cursor = `&cursor=${page.next}`
    }
    expect(ids).toHaveLength(65)
    expect(ids).toEqual([...new Set(ids)].toSorted())
  })

  it('200 looks at a thousand endpoints a request, and goes on from an empty page', async () => {
    const { list, deps } = await manyEndpoints(2300, index => index === 2250)
    const store = { ...deps.store }
    const asked: number[] = []
    const counted: EndpointStore['list'] = (tenantId, page) => {
      asked.push(page.limit)
      return store.list(tenantId, page)
    }
    Object.assign(deps.store, { list: counted })
    const first = shown(await list(query))
    expect([first.ids, asked.reduce((sum, limit) => sum + limit, 0)]).toEqual([[], 1000])
    const second = shown(await list(`${query}&cursor=${first.next}`))
    const third = shown(await list(`${query}&cursor=${second.next}`))
    expect([second.ids.length, third.ids.length, third.next]).toEqual([0, 1, null])
  })

  it('400 for a cursor of another question, or of none', async () => {
    const { list } = await manyEndpoints(30, () => true)
    const { next } = shown(await list(`${query}&limit=2`))
    const plain = shown(await list('limit=2')).next
    expect(shown(await list(`${query}&limit=3&cursor=${next}`)).ids).toHaveLength(3)
    const others = [`cursor=${next}`, `${query}&status=active&cursor=${next}`, `${query}&cursor=${plain}`]
    for (const other of others) expect(faultsOf(await list(other))).toEqual(invalid('cursor'))
  })
})

describe('what a list cannot be asked', () => {
  it.each([
    'status=suspended',
    'status=',
    'contract=unknown',
    'contract=',
    'url=',
    'url=hooks.example',
    'url=javascript:1',
    'url=https://',
    `url=https://${'a'.repeat(2041)}`,
    'url=https://a.example&url=https://b.example',
  ])('400 for ?%s', async query => {
    const { list } = await bed()
    expect(faultsOf(await list(query))).toEqual(invalid(query.slice(0, query.indexOf('='))))
  })

  it('400 names each parameter at fault, and the contracts that there are', async () => {
    const { list } = await bed()
    const reply = await list('status=off&contract=none&limit=0')
    expect(new Set(Object(faultsOf(reply)).paths)).toEqual(new Set(['limit', 'status', 'contract']))
    expect(reply.text).toContain('\\"storno\\"')
  })
})
