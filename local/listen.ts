import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemCode } from '../scripts/files'
import { OperatorError } from './operator-error'

/** Listens on 127.0.0.1, 0 being any free port, and returns the URL. Rejects with Node's own error when it cannot. */
export async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this kind.
  return urlAt((server.address() as AddressInfo).port)
}

/** Where a server on this port is. */
export function urlAt(port: number): string {
  return `http://127.0.0.1:${port}`
}

/** For a port that is taken or not allowed: an `OperatorError` that names it. Any other error as it is. */
export function portFault(port: number, error: unknown): unknown {
  const code = systemCode(error)
  if (code === 'EADDRINUSE') {
    return new OperatorError(`port ${port} is in use; choose another with --port`, { cause: error })
  }
  if (code === 'EACCES' && isOfListening(error)) {
    return new OperatorError(`port ${port} needs other rights; choose another with --port`, { cause: error })
  }
  return error
}

/** Files can be refused with the same code. */
function isOfListening(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen'
}

/**
 * The server ends no connection by itself. Node.js ends one that was idle for 5 s, or on which no request came within
 * 60 s, and loses a request that comes at that moment: its caller sees the connection end instead of a reply.
 */
export function keepConnections(server: Server): void {
  server.keepAliveTimeout = 0
  server.headersTimeout = 0
  server.requestTimeout = 0
}

const graceMs = 2000

/** Takes no new connections, and ends the open ones once their requests are answered, 2 s later at most. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(timer)
}
