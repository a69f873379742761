import { describe, expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { InvocationError } from '../../../local/function-worker'
import { startSweepLoop } from '../../../local/sweep-loop'

describe('the sweep loop', () => {
  it('never has two sweeps at once, prints the first of several failures, and ends when it is told to', async () => {
    const printed: string[] = []
    let open = 0
    let most = 0
    const ended: number[] = []
    const end = startSweepLoop(
      async event => {
        expect(event).toMatchObject({ 'detail-type': 'Scheduled Event', source: 'aws.events' })
        most = Math.max(most, (open += 1))
        await delay(10)
        open -= 1
        ended.push(most)
        throw new InvocationError('threw', 'on purpose')
      },
      line => printed.push(line),
      5,
    )
    while (ended.length < 3) await delay(5)
    end()
    const atEnd = ended.length + open
    await delay(50)
    expect([most, printed, ended.length]).toEqual([1, ['the sweep failed: on purpose'], atEnd])
  })
})
