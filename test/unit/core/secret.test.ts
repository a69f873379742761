import { describe, expect, it } from '@jest/globals'
import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'
import { Secret } from '../../../src/core/secret'

const text = 'whsec_c2VjcmV0'
const secret = new Secret(text)
/** For what the compiler would not let us write. */
const untyped = secret as unknown as number

/** What `print` gives, or the message of what it throws. */
function printed(print: () => unknown): string {
  try {
    return String(print())
  } catch (error) {
    return error instanceof Error ? `${error.message} ${error.stack}` : 'thrown'
  }
}

describe('a secret', () => {
  it('is revealed by reveal alone', () => {
    expect(secret.reveal()).toBe(text)
  })

  it.each<[string, () => unknown]>([
    ['String', () => String(secret)],
    ['a template', () => `say ${untyped}`],
    ['addition', () => '' + untyped],
    ['join', () => [secret].join()],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspect', () => inspect({ secret }, { depth: null, showHidden: true })],
    ['inspect without custom inspection', () => inspect(secret, { customInspect: false, showHidden: true })],
    ['format %s', () => format('%s', secret)],
    ['format %o', () => format('%o', secret)],
    ['format %O', () => format('%O', secret)],
    ['format %j', () => format('%j', secret)],
    ['format %d', () => format('%d', secret)],
    ['structuredClone', () => inspect(structuredClone(secret), { showHidden: true })],
    ['a serialized copy', () => serialize(secret).toString('latin1')],
    ['its entries', () => inspect([Object.entries(secret), Object.assign({}, secret)])],
    ['the cause of an error', () => inspect(new Error('failed', { cause: secret }))],
    ['a property of an error', () => inspect(Object.assign(new Error('failed'), { secret }))],
  ])('is not printed by %s', (_, print) => {
    expect(printed(print)).not.toContain('c2VjcmV0')
  })

  it.each<[string, () => unknown]>([
    ['String', () => String(secret)],
    ['a template', () => `say ${untyped}`],
    ['JSON', () => JSON.stringify({ secret })],
  ])('throws instead of turning into a known text by %s', (_, print) => {
    expect(print).toThrow(TypeError)
  })

  it('is never empty', () => {
    expect(() => new Secret('')).toThrow(RangeError)
  })
})
