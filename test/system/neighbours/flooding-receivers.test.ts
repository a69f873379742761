import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { request } from 'node:http'
import { httpSender } from '../../../src/delivery/http-sender'
import { type FloodingReceivers, startFloodingReceivers } from '../../support/neighbours/flooding-receivers'

let receivers: FloodingReceivers
beforeEach(async () => {
  receivers = await startFloodingReceivers()
})
afterEach(() => receivers.close())

const five = [1, 2, 3, 4, 5]

/** Milliseconds of processor time that `work` takes this process. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Node's own client, which reads on: here up to 20,000 informational replies. */
async function readOn(): Promise<void> {
  const reading = request(receivers.url, { method: 'POST' })
  reading.on('error', () => undefined)
  let count = 0
  reading.on('information', () => {
    count += 1
    if (count === 20_000) reading.destroy()
  })
  reading.end('{}')
  await new Promise(resolve => reading.once('close', resolve))
}

it('five receivers that send informational replies without end occupy the process hardly at all', async () => {
  const send = httpSender({ insecureTargets: 'on', clock: () => performance.now() })
  const delivery = { url: receivers.url, headers: {}, body: '{}', timeoutMs: 10_000 }
  await send(delivery)
  const unbounded = await processorTime(() => Promise.all(five.map(readOn)))
  const bounded = await processorTime(async () => {
    const replies = await Promise.all(five.map(() => send(delivery)))
    expect(replies).toEqual(five.map(() => expect.objectContaining({ kind: 'none', error: 'bad-response' })))
  })
  expect(bounded * 3).toBeLessThan(unbounded)
})
