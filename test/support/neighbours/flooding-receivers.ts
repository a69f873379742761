import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Any number of receivers, at one URL, that send informational replies (103) without end. */
export interface FloodingReceivers {
  readonly url: string
  /** Connections so far that sent something. */
  taken(): number
  close(): Promise<void>
}

const flooding = `
  const { createServer } = require('node:net')
  const hints = Buffer.from('HTTP/1.1 103 E\\r\\n\\r\\n'.repeat(20_000))
  const server = createServer(socket => {
    const flood = () => { while (!socket.destroyed && socket.write(hints)); }
    socket.on('error', () => undefined).on('drain', flood).once('data', () => {
      process.send('taken')
      flood()
    })
  })
  process.on('disconnect', () => process.exit())
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
`

/** Starts them in a process of their own, so that what they do is not counted. */
export async function startFloodingReceivers(): Promise<FloodingReceivers> {
  const child = spawn(process.execPath, ['-e', flooding], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [port] = await once(child, 'message')
  let taken = 0
  child.on('message', () => (taken += 1))
  return {
    url: `http://127.0.0.1:${port}`,
    taken: () => taken,
    close: async () => {
      child.kill()
      await once(child, 'exit')
    },
  }
}
