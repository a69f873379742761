import { describe, expect, it } from '@jest/globals'
import { type AnsweredRequest, requestLine } from '../../../local/request-line'
import { localMounts } from '../../../scripts/bundle'

const line = requestLine(localMounts)

function lineOf(request: Partial<AnsweredRequest>): string {
  return line({
    at: new Date('2026-11-21T12:00:00.123Z'),
    method: 'POST',
    path: '/v1/endpoints',
    query: '',
    headers: new Map(),
    body: Buffer.alloc(0),
    status: 200,
    milliseconds: 34.4,
    requestId: 'K7fYhQ=',
    ...request,
  })
}

describe('the line of a request', () => {
  it('has time, method, path, status, milliseconds, contract and use, and the request id', () => {
    const path = '/v1/endpoints/ep_local0000000000000000001/secret/rotate'
    expect(lineOf({ path })).toBe(`2026-11-21T12:00:00.123Z POST ${path} 200 34 ms keyturn/rotate K7fYhQ=`)
  })

  it('says - where no contract has the route', () => {
    expect(lineOf({ path: '/nowhere', status: 404 })).toContain(' /nowhere 404 34 ms - K7fYhQ=')
    expect(lineOf({ method: 'PUT', status: 405 })).toContain(' PUT /v1/endpoints 405 34 ms - ')
  })

  it('has no query', () => {
    expect(lineOf({ method: 'GET', query: 'cursor=abcdef' })).not.toContain('abcdef')
  })

  it.each([
    ['a signing secret', `whsec_${Buffer.alloc(32, 7).toString('base64url')}`],
    ['an API key of Keyturn', `kt_${'a'.repeat(43)}`],
    ['a signing secret among other text', `x-whsec_${'Ab3'.repeat(14)}-y`],
  ])('does not show %s in the path', (_, secret) => {
    const shown = lineOf({ path: `/v1/endpoints/${secret}/secret` })
    expect(shown).not.toContain(secret.slice(6, 20))
    expect(shown).toContain(' /v1/endpoints/…/secret ')
  })

  it('is one line of what a terminal can show, however the path was written', () => {
    const shown = lineOf({ path: `/a\u001b[2J\n\u202e\ud800/${'b'.repeat(500)}` })
    expect(shown).toMatch(/^[\x20-\x7e…]+$/)
    expect(shown.length).toBeLessThan(250)
  })
})
