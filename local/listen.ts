import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OperatorError } from './operator-error'
import { systemCode } from '../scripts/files'

const graceMs = 2000

/** Listens on 127.0.0.1 and returns the URL. Rejects when the port is in use. */
export async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this kind.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Takes no new connections, and ends the open ones once their requests are answered, 2 s later at most. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(timer)
}

/** What was started on the port. @throws {OperatorError} when the port is taken or not allowed */
export async function onPort<Started>(port: number, starting: Promise<Started>): Promise<Started> {
  try {
    return await starting
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EADDRINUSE')
      throw new OperatorError(`port ${port} is in use; choose another with --port`, { cause: error })
    if (code === 'EACCES' && isListening(error))
      throw new OperatorError(`port ${port} needs other rights; choose another with --port`, { cause: error })
    throw error
  }
}

/** Files can be refused as well. */
function isListening(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen'
}
