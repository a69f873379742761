import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { queryTable } from '../../../../src/http/query'
import { attempt } from '../attempt'
import { bearer, faultsOf, invalid, jsonBody, NOON, type Reply } from '../harness'
import { platform } from '../platform'

// A cursor goes on with the question that it was given for, in every list that has pages.

/** What a request for a page says but its limit. `in` is the tenant. */
interface Question {
  readonly path: string
  readonly query?: string
  readonly in?: string
}

const all: Question = { path: '/v1/endpoints' }
const keys: Question = { path: '/v1/api-keys' }
const audit: Question = { path: '/v1/audit' }
const since = 'since=2026-11-21T12:00:00Z'

/** Each list, by its path, and what is another question than the first of its row. */
const rows: readonly (readonly [string, Question, readonly Question[]])[] = [
  ['/v1/endpoints', all, [{ ...all, query: 'status=active' }, { ...all, in: 'zenith' }, audit, keys]],
  [
    '/v1/endpoints',
    { ...all, query: 'status=active&contract=keyturn' },
    [all, { ...all, query: 'status=active' }, { ...all, query: 'status=active&contract=storno' }],
  ],
  [
    '/v1/endpoints',
    { ...all, query: 'url=https://receiver.example/hooks' },
    [all, { ...all, query: 'url=https://a.example' }],
  ],
  ...['rotations', 'audit', 'attempts'].map((list): readonly [string, Question, readonly Question[]] => {
    const one = { path: `/v1/endpoints/{one}/${list}` }
    const others = ['rotations', 'audit', 'attempts'].filter(other => other !== list)
    return [
      `/v1/endpoints/{id}/${list}`,
      one,
      [
        { path: `/v1/endpoints/{two}/${list}` },
        { ...one, in: 'zenith' },
        ...others.map(other => ({ path: `/v1/endpoints/{one}/${other}` })),
        audit,
      ],
    ]
  }),
  ['/v1/audit', audit, [{ ...audit, query: since }, { ...audit, in: 'zenith' }, all]],
  ['/v1/audit', { ...audit, query: since }, [audit, { ...audit, query: 'since=2026-11-21T11:59:59Z' }]],
  ['/v1/api-keys', keys, [{ ...keys, query: 'tenant=acme' }, all]],
  ['/v1/api-keys', { ...keys, query: 'tenant=acme' }, [keys, { ...keys, query: 'tenant=zenith' }]],
]

/** Two tenants of which each has two endpoints of the same ids, with two of everything that is listed. */
async function bed() {
  const { send, token, create, endpoint, tables } = await platform()
  const found = [await endpoint(keyturn, 'acme'), await endpoint(keyturn, 'acme'), await endpoint(storno, 'acme')]
  const [one = '', two = ''] = found.map(each => each.endpoint.id)
  for (const id of [one, two]) {
    const stored = tables.endpoints.endpoints.get(`acme#${id}`)
    if (stored === undefined) throw new Error('it was not stored')
    const { endpoint: own, ...more } = stored
    tables.endpoints.endpoints.set(`zenith#${id}`, { ...more, endpoint: { ...own, tenantId: 'zenith' } })
    for (const tenant of ['acme', 'zenith']) {
      const rotate = jsonBody(token, { overlapSeconds: 3600 }, { 'Keyturn-Tenant': tenant })
      for (const _ of [1, 2]) expect((await send('POST', `/v1/endpoints/${id}/secret/rotate`, rotate)).status).toBe(200)
    }
  }
  for (const tenantIds of [['acme'], ['acme', 'zenith'], ['zenith']]) await create({ tenantIds })
  for (const seconds of [3, 2, 1, 0]) {
    tables.delivery.attempts.push({ ...attempt, at: new Date(NOON.getTime() + seconds * 1000) })
  }
  return (question: Question, page = ''): Promise<Reply> => {
    const path = question.path.replace('{one}', one).replace('{two}', two)
    const headers = { 'Keyturn-Tenant': question.in ?? 'acme' }
    const isOfPlatform = question.path === keys.path
    return send('GET', `${path}?${question.query ?? ''}${page}`, bearer(token, isOfPlatform ? {} : headers))
  }
}

function shown({ json }: Reply): { readonly ids: readonly string[]; readonly next: string } {
  const { data, nextCursor } = Object(json)
  return { ids: data.map(({ id, at = '' }: Record<string, string>) => `${id} ${at}`), next: nextCursor }
}

describe('a cursor', () => {
  it.each(rows)('200 of %s goes on with the same question, %j, whatever its limit', async (_, question) => {
    const ask = await bed()
    const { ids: whole } = shown(await ask(question))
    const { ids, next } = shown(await ask(question, '&limit=1'))
    expect([whole.length > 1, ids]).toEqual([true, whole.slice(0, 1)])
    for (const limit of [1, 2, 100]) {
      const reply = await ask(question, `&limit=${limit}&cursor=${next}`)
      expect([reply.status, shown(reply).ids]).toEqual([200, whole.slice(1, 1 + limit)])
    }
  })

  it.each(rows.flatMap(([list, question, others]) => others.map(other => [list, question, other] as const)))(
    '400 of %s, asked %j, with another question: %j',
    async (_, question, other) => {
      const ask = await bed()
      const { next } = shown(await ask(question, '&limit=1'))
      expect((await ask(other)).status).toBe(200)
      expect(faultsOf(await ask(other, `&cursor=${next}`))).toEqual(invalid('cursor'))
    },
  )

  it('is tried at every list that has pages', () => {
    const paged = keyturn.operations.filter(operation => 'cursor' in queryTable(operation, []))
    expect(new Set(rows.map(([path]) => path))).toEqual(new Set(paged.map(({ path }) => path)))
  })
})
