import dynalite from 'dynalite'
import type { IncomingMessage, OutgoingHttpHeaders, Server } from 'node:http'
import { Readable } from 'node:stream'
import { openDatabase } from './database'

export interface DynamoDb {
  /** The reply to a request whose body has been read already. */
  handle(request: IncomingMessage, body: Buffer): Promise<HttpReply>
  close(): Promise<void>
}

export interface HttpReply {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly text: string
}

/** DynamoDB in `folder`, or in memory. Rejects when the folder is unusable, or another process has it open. */
export async function openDynamoDb(folder: string | null): Promise<DynamoDb> {
  // Dynalite does not say that it cannot open its database, and stops the process on the first request: so try before.
  if (folder !== null) await (await openDatabase(folder)).close()
  const server = dynalite({
    ...(folder === null ? {} : { path: folder }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  })
  return { handle: (request, body) => handle(server, request, body), close: () => close(server) }
}

/**
 * Hands the request over with streams of our own: on live ones dynalite throws out of an event when a client hangs up,
 * and does not say when it is done with a request that nobody waits for any more.
 */
function handle(server: Server, { method, url, headers }: IncomingMessage, body: Buffer): Promise<HttpReply> {
  return new Promise(resolve => {
    const replyHeaders: OutgoingHttpHeaders = {}
    const response = {
      statusCode: 200,
      setHeader: (name: string, value: string | number) => (replyHeaders[name] = value),
      end: (text = '') => resolve({ status: response.statusCode, headers: replyHeaders, text }),
    }
    server.emit('request', Object.assign(Readable.from([body]), { method, url, headers }), response)
  })
}

/** Dynalite closes its database only together with a server that listens, so it listens for this one moment. */
function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => server.close(error => (error ? reject(error) : resolve())))
  })
}
