import { expect, it } from '@jest/globals'
import { withBatchedSends } from '../../../src/aws/batched-sends'
import type { Queued } from '../../../src/delivery/ports'

const message = { kind: 'test-paused', tenantId: 'org_1', endpointId: 'ep_1', incarnation: 'inc_1' } as const
const one: Queued = { message, delaySeconds: 1 }
const other: Queued = { message, delaySeconds: 2 }

it('what is sent in the same turn goes together, and the next by itself', async () => {
  const sent: (readonly Queued[])[] = []
  const queue = withBatchedSends({ send: async queued => void sent.push(queued), bury: async () => undefined })
  await Promise.all([queue.send([one, other]), queue.send([one])])
  await queue.send([other])
  expect(sent).toEqual([[one, other, one], [other]])
})

it('fails whoever sent a part of what was not taken', async () => {
  const refusing = async (): Promise<void> => Promise.reject(new Error('not taken'))
  const queue = withBatchedSends({ send: refusing, bury: async () => undefined })
  const outcomes = await Promise.allSettled([queue.send([one]), queue.send([other])])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
