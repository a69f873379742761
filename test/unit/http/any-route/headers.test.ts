import { describe, expect, it } from '@jest/globals'
import { allContracts } from '../../../../src/contracts/all'
import { jsonLog } from '../../../../src/core/log'
import { bearer, harness, jsonBody, NOON, type Reply, requestsTo, sessionToken, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'

function expectSafe({ headers }: Reply): void {
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toBe("default-src 'none'")
  expect(headers.get('cache-control')).toBe('no-store')
}

describe('every reply asks browsers to guess no type and to run nothing', () => {
  it('200, 201, 204, 400, 403 and 413', async () => {
    const { send, create, token, base } = await ownEndpoint()
    const member = sessionToken({ id: 'max', role: 'member', tenantIds: [tenant] })
    const replies = [
      await send('GET', base, bearer(token)),
      await send('GET', '/health'),
      await create({ url: 'https://receiver.example/' }),
      await send('PATCH', base, jsonBody(token, { nothing: 1 })),
      await send('DELETE', base, bearer(member)),
      await send('PATCH', base, { ...bearer(token), body: ' '.repeat(70_000) }),
      await send('DELETE', base, bearer(token)),
    ]
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 201, 400, 403, 413, 204])
    replies.forEach(expectSafe)
  })

  it.each(allContracts.flatMap(({ operations }) => operations.map(({ method, path }) => ({ method, path }))))(
    '$method $path, and 404 and 405 beside it, in the dialect of its contract',
    async ({ method, path }) => {
      const { send } = harness()
      const there = path.replaceAll(/\{\w+\}/g, 'x')
      const replies = [
        await send(method, there),
        await send('OPTIONS', there),
        await send(method, `${there}/and/nothing`),
      ]
      expect(replies.map(({ status }) => status)).toEqual([expect.any(Number), 405, 404])
      replies.forEach(expectSafe)
    },
  )

  it('500', async () => {
    const { appWith, token } = await ownEndpoint()
    const uses = { list: { credential: 'cached', perform: () => Promise.reject(new Error('broken')) } } as const
    const reply = await requestsTo(appWith({ uses }))('GET', '/v1/endpoints', bearer(token))
    expect(reply.status).toBe(500)
    expectSafe(reply)
  })
})

describe('log lines of a request', () => {
  async function linesOf(session: string | null, path: string, method = 'GET') {
    const { appWith, token, base } = await ownEndpoint()
    const lines: string[] = []
    const log = jsonLog({ level: 'info', now: () => NOON, write: line => lines.push(line) })
    const more = { 'x-canary': 'canary1', 'idempotency-key': 'canary2', 'user-agent': 'canary3' }
    const init = bearer(session ?? token, more)
    await requestsTo(appWith({ log }))(method, path.replace('{base}', base), init)
    return { text: lines.join('\n'), lines: lines.map(line => JSON.parse(line) as unknown), token: init.headers }
  }

  it('carry tenant and actor, whether the request was answered or refused', async () => {
    const ofKey = { actorKind: 'api-key', actorId: expect.stringMatching(/^key_/), tenantId: tenant }
    const answered = await linesOf(null, '{base}')
    expect(answered.lines).toEqual([expect.objectContaining({ message: 'answered', use: 'get', ...ofKey })])
    const missing = await linesOf(null, '/v1/endpoints/ep_nothing')
    expect(missing.lines).toEqual([expect.objectContaining({ message: 'refused', code: 'not-found', ...ofKey })])
    const member = sessionToken({ id: 'max', role: 'member', tenantIds: [tenant] })
    const denied = await linesOf(member, '{base}', 'DELETE')
    const ofMember = { actorKind: 'session', actorId: 'max' }
    expect(denied.lines).toEqual([expect.objectContaining({ message: 'refused', use: 'delete', ...ofMember })])
  })

  it.each([
    ['GET', '/v1/endpoints?cursor=canary4'],
    ['GET', '/v1/endpoints?limit=1&x=canary4'],
    ['GET', '{base}?canary4'],
    ['DELETE', '{base}?canary4'],
    ['POST', '{base}/secret/rotate?x=canary4'],
    ['POST', '/nowhere?canary4'],
    ['PUT', '{base}?canary4'],
  ])('hold neither a header’s value nor a query: %s %s', async (method, path) => {
    const { text, lines, token } = await linesOf(null, path, method)
    expect(lines).toHaveLength(1)
    expect(text).not.toContain('canary')
    expect(text).not.toContain(token['authorization']?.slice(-12))
  })
})
