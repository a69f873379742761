import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import dynalite from 'dynalite'

export interface DynamoDb {
  /** Answers one request whose body has been read already. */
  handle(request: IncomingMessage, body: Buffer, response: ServerResponse): void
  close(): Promise<void>
}

/** DynamoDB in `folder`, or in memory. */
export function openDynamoDb(folder: string | null): DynamoDb {
  const server = dynalite({
    ...(folder === null ? {} : { path: folder }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  })
  return {
    handle: (request, body, response) => void server.emit('request', replayed(request, body), response),
    close: () => closeDatabase(server),
  }
}

/** The request over again: dynalite throws out of an event when a client hangs up on a live one. */
function replayed(request: IncomingMessage, body: Buffer): Readable {
  const { method, url, headers } = request
  return Object.assign(Readable.from([body]), { method, url, headers })
}

/** Dynalite closes its database only together with a server that listens, so it listens for this one moment. */
function closeDatabase(server: ReturnType<typeof dynalite>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => server.close(error => (error ? reject(error) : resolve())))
  })
}
