import { describe, expect, it } from '@jest/globals'
import { gatewayReply } from '../../../local/gateway-reply'

const reply = (result: unknown) => {
  const { status, headers, body } = gatewayReply(result)
  return { status, headers, body: body.toString() }
}

describe("the gateway's reply", () => {
  it('is JSON with 200 for a result without a status', () => {
    const headers = { 'content-type': 'application/json' }
    expect(reply({ a: 1 })).toEqual({ status: 200, headers, body: '{"a":1}' })
    expect(reply('text')).toEqual({ status: 200, headers, body: 'text' })
    expect(reply(undefined)).toEqual({ status: 200, headers, body: 'null' })
  })

  it('takes status, headers, cookies and body of a structured result', () => {
    const result = {
      statusCode: 201,
      headers: { 'Content-Type': 'application/problem+json', 'retry-after': 3 },
      multiValueHeaders: { link: ['<a>', '<b>'] },
      cookies: ['a=1', 'b=2'],
      body: 'aGk=',
      isBase64Encoded: true,
    }
    const headers = {
      'content-type': 'application/problem+json',
      'retry-after': '3',
      link: ['<a>', '<b>'],
      'set-cookie': ['a=1', 'b=2'],
    }
    expect(reply(result)).toEqual({ status: 201, headers, body: 'hi' })
  })

  it('is plain text when a structured result names no content type, and has none without a body', () => {
    expect(reply({ statusCode: 200, body: 'x' }).headers).toEqual({ 'content-type': 'text/plain;charset=UTF-8' })
    expect(reply({ statusCode: 204, headers: null })).toEqual({ status: 204, headers: {}, body: '' })
  })

  it.each([{ statusCode: 'x' }, { statusCode: 99 }, { statusCode: 200, body: {} }, { statusCode: 200, headers: 'x' }])(
    '500 for the malformed result %j',
    result => {
      expect(reply(result)).toEqual({
        status: 500,
        headers: { 'content-type': 'application/json' },
        body: '{"message":"Internal Server Error"}',
      })
    },
  )
})
