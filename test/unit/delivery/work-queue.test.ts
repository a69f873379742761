import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { DeliveryDeps } from '../../../src/delivery/ports'
import { workQueue } from '../../../src/delivery/work-queue'
import { startWorld, tenantId, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('a queue message that cannot be worked on', () => {
  it('is told by its error without what that might quote, and comes again', async () => {
    const quoted = 'whsec_c2VjcmV0c2VjcmV0c2VjcmV0'
    const said: object[] = []
    const deps: DeliveryDeps = {
      ...world.deps,
      subscribers: { list: () => Promise.reject(new Error(`no access with ${quoted}`)) },
      log: { info: () => undefined, error: (message, fields) => said.push({ message, ...fields }) },
    }
    const body = JSON.stringify({ kind: 'event', tenantId, type: 'order.paid', payload: 1 })
    expect(await workQueue(deps, [{ messageId: 'q_1', body }])).toEqual(['q_1'])
    const error = { error: 'Error', errorMessage: 'no access with […]' }
    expect(said).toEqual([{ message: 'a queue message failed', queueMessageId: 'q_1', ...error }])
  })
})
