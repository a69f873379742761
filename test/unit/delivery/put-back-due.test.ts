import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { type Delivery, newDelivery } from '../../../src/delivery/delivery'
import { type PutBackDeps, putBackDue } from '../../../src/delivery/put-back-due'
import { noon } from '../../support/suites/sample-endpoint'

const until = addSeconds(noon, 60)

/** `pages` pages of ten deliveries that are due since noon, at `secondsEach` seconds a delivery. */
function backlog(pages: number, secondsEach: number) {
  let time = noon
  const queued: string[] = []
  const all = Array.from({ length: pages * 10 }, (_, index): Delivery => {
    const event = { tenantId: 'org_1', id: 'evt_1', type: 'order.paid', at: noon, payload: 1 }
    const of = { endpointId: 'ep_1', incarnationOf: 'inc_1', messageId: `msg_${index}` }
    return { ...newDelivery(of, event, noon), dueAt: noon }
  })
  const logged: string[] = []
  const deps: PutBackDeps = {
    deliveries: {
      due: async function* () {
        for (let page = 0; page < pages; page += 1) yield all.slice(page * 10, page * 10 + 10)
      },
      load: async ({ messageId }) => {
        time = addSeconds(time, secondsEach)
        if (messageId === 'msg_3') throw new Error('a stored item is malformed')
        return all.find(delivery => delivery.messageId === messageId) ?? null
      },
      save: async () => 'stored',
    },
    queue: {
      send: async messages => {
        for (const { message } of messages) if (message.kind === 'delivery') queued.push(message.messageId)
      },
    },
    now: () => time,
    log: { info: () => undefined, error: message => logged.push(message) },
  }
  return { deps, queued, logged }
}

describe('putBackDue', () => {
  it('goes on from page to page until nothing is due, whatever fails', async () => {
    const { deps, queued, logged } = backlog(5, 1)
    expect(await putBackDue(deps, until)).toEqual({ queued: 49, failed: 1, left: 0, lateSeconds: expect.any(Number) })
    expect(new Set(queued).size).toBe(49)
    expect(logged).toEqual(['a due delivery could not be queued'])
  })

  it('stops when its time is over, and says that some are left and how late it is', async () => {
    const { deps, queued } = backlog(5, 3)
    const { left, lateSeconds, ...done } = await putBackDue(deps, until)
    expect(done).toEqual({ queued: queued.length, failed: 1 })
    expect(queued.length).toBeLessThan(40)
    expect(left).toBeGreaterThan(0)
    expect(lateSeconds).toBeGreaterThan(0)
  })
})
