import { describe, expect, it } from '@jest/globals'
import { handedBy } from '../../../src/portal/handed'
import { codeIn, fragmentOf, type Route, routeOf } from '../../../src/portal/route'

const code = `kpc_${'a'.repeat(24)}.${'B-_'.repeat(14)}b`

describe('a fragment', () => {
  it('is a place in the page', () => {
    const routes: readonly Route[] = [
      { kind: 'list' },
      { kind: 'history' },
      { kind: 'endpoint', id: 'ep_1', view: 'keys' },
      { kind: 'endpoint', id: 'a:b/c.d', view: 'deliveries' },
    ]
    for (const route of routes) expect(routeOf(fragmentOf(route))).toEqual(route)
  })

  it('leads to the list where it is no place', () => {
    for (const fragment of ['', '#', '#/nowhere', '#/endpoints', '#/endpoints/', '#/endpoints/%', `#${code}`]) {
      expect(routeOf(fragment)).toEqual({ kind: 'list' })
    }
  })

  it('is the code of a link, if it is nothing else', () => {
    expect(codeIn(`#${code}`)).toBe(code)
    for (const fragment of ['', '#/', `#${code}x`, `#/${code}`, `#${code.slice(1)}`, code]) {
      expect(codeIn(fragment)).toBeNull()
    }
  })
})

describe('a message of the parent', () => {
  const origin = 'https://platform.example.com'

  it('hands over a code or a token', () => {
    expect(handedBy({ type: 'keyturn:open', code }, origin)).toEqual({ kind: 'code', origin, code })
    expect(handedBy({ type: 'keyturn:open', jwt: 'a.b.c' }, origin)).toEqual({
      kind: 'token',
      origin,
      token: 'a.b.c',
      tenantId: null,
    })
    expect(handedBy({ type: 'keyturn:open', jwt: 'a.b.c', tenantId: 'acme' }, origin)).toMatchObject({
      tenantId: 'acme',
    })
  })

  it('is not heeded otherwise', () => {
    const others: readonly unknown[] = [
      null,
      undefined,
      'keyturn:open',
      { code },
      { type: 'keyturn:close', code },
      { type: 'keyturn:open' },
      { type: 'keyturn:open', code: `${code}\n` },
      { type: 'keyturn:open', code: { toString: () => code } },
      { type: 'keyturn:open', jwt: 'a b.c.d' },
      { type: 'keyturn:open', jwt: `a.b.${'c'.repeat(9000)}` },
      { type: 'keyturn:open', jwt: 'a.b.c', tenantId: 'a/b' },
    ]
    for (const data of others) expect(handedBy(data, origin)).toBeNull()
  })
})
