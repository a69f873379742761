import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { httpSender } from '../../../src/delivery/http-sender'

const flooding = `
  const { createServer } = require('node:net')
  const hints = Buffer.from('HTTP/1.1 103 E\\r\\n\\r\\n'.repeat(20_000))
  const server = createServer(socket => {
    const flood = () => { while (!socket.destroyed && socket.write(hints)); }
    socket.on('error', () => undefined).on('drain', flood).once('data', flood)
  })
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
`

let receivers: ChildProcess
let url: string
beforeEach(async () => {
  // Its own process, so that what it does is not counted.
  receivers = spawn(process.execPath, ['-e', flooding], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [port] = await once(receivers, 'message')
  url = `http://127.0.0.1:${port}/`
})
afterEach(async () => {
  receivers.kill()
  await once(receivers, 'exit')
})

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
  const reading = request(url, { method: 'POST' })
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
  const delivery = { url, headers: {}, body: '{}', timeoutMs: 10_000 }
  await send(delivery)
  const unbounded = await processorTime(() => Promise.all(five.map(readOn)))
  const bounded = await processorTime(async () => {
    const replies = await Promise.all(five.map(() => send(delivery)))
    expect(replies).toEqual(five.map(() => expect.objectContaining({ kind: 'none', error: 'bad-response' })))
  })
  expect(bounded * 3).toBeLessThan(unbounded)
})
