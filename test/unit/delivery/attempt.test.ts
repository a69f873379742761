import { describe, expect, it } from '@jest/globals'
import type { DeliveryFormat } from '../../../src/contracts/contract'
import { standardDelivery } from '../../../src/contracts/defaults'
import { attemptResult } from '../../../src/delivery/attempt'
import { noon } from '../../support/suites/sample-endpoint'

describe('attemptResult', () => {
  const reply = { kind: 'reply', status: 299, headers: {}, body: 'x'.repeat(5000), durationMs: 7 } as const
  const only: DeliveryFormat = { ...standardDelivery, success: [200, 204] }

  it('counts what the contract says as delivered', () => {
    expect(attemptResult(standardDelivery, reply, noon)).toMatchObject({ error: null, message: 'Success', status: 299 })
    expect(attemptResult(standardDelivery, { ...reply, status: 300 }, noon).error).toBe('status')
    expect(attemptResult(only, { ...reply, status: 204 }, noon).error).toBeNull()
    expect(attemptResult(only, { ...reply, status: 202 }, noon).error).toBe('status')
  })

  it('keeps the start of the answer', () => {
    expect(attemptResult(standardDelivery, reply, noon).response).toBe('x'.repeat(1024))
  })

  it('cuts the answer between characters, never inside one', () => {
    const emojis = { ...reply, body: `a${'😀'.repeat(2000)}` }
    expect(attemptResult(standardDelivery, emojis, noon).response).toBe(`a${'😀'.repeat(1023)}`)
  })
})
