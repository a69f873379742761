import { describe, expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { InvocationError } from '../../../local/function-worker'
import { startSweepLoop } from '../../../local/sweep-loop'

describe('the sweep loop', () => {
  it('never has two sweeps at once, tells the first of several failures, and ends when it is stopped', async () => {
    const told: string[] = []
    let open = 0
    let most = 0
    const ended: number[] = []
    const stop = startSweepLoop(
      async event => {
        expect(event).toMatchObject({ 'detail-type': 'Scheduled Event', source: 'aws.events' })
        most = Math.max(most, (open += 1))
        await delay(10)
        open -= 1
        ended.push(most)
        throw new InvocationError('threw', 'on purpose')
      },
      line => told.push(line),
      5,
    )
    while (ended.length < 3) await delay(5)
    stop()
    const atStop = ended.length + open
    await delay(50)
    expect([most, told, ended.length]).toEqual([1, ['the sweep failed: on purpose'], atStop])
  })
})
