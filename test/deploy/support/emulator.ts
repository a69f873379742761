import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface Emulator {
  readonly url: string
  stop(): Promise<void>
}

const startSeconds = 60

/** moto_server on a free port, with functions that do nothing when they are invoked. */
export async function startEmulator(logFile: string): Promise<Emulator> {
  const port = await freePort()
  const log = createWriteStream(logFile)
  const process = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)])
  process.stdout.pipe(log)
  process.stderr.pipe(log)
  const url = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    if (process.exitCode !== null) return
    const exited = once(process, 'exit')
    process.kill('SIGKILL')
    await exited
  }
  try {
    await answering(url)
    await fetch(`${url}/moto-api/config`, { method: 'POST', body: JSON.stringify({ lambda: { use_docker: false } }) })
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

async function answering(url: string): Promise<void> {
  for (let waited = 0; waited < startSeconds * 10; waited += 1) {
    const reply = await fetch(`${url}/moto-api/config`).catch(() => null)
    if (reply?.ok) return
    await delay(100)
  }
  throw new Error(`the emulator does not answer after ${startSeconds} s`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
