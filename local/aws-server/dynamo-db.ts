import dynalite from 'dynalite'
import { MemoryLevel } from 'memory-level'
import type { IncomingMessage, OutgoingHttpHeaders, Server } from 'node:http'
import { Readable } from 'node:stream'
import { openDatabase } from './database'
import { type Call, newGate, transactions } from './transactions'

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
  await closeIteratorsByReturn()
  const server = dynalite({
    ...(folder === null ? {} : { path: folder }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  })
  const gate = newGate()
  const transact = transactions(Date.now)
  return {
    handle: ({ method, url, headers }, body) => {
      const [api, operation] = String(headers['x-amz-target']).split('.')
      const ask = (name: string, text: Buffer): Promise<HttpReply> =>
        handle(server, { method, url, headers: { ...headers, 'x-amz-target': `${api}.${name}` } }, text)
      const call: Call = (name, input) => ask(name, Buffer.from(JSON.stringify(input)))
      if (operation === 'TransactWriteItems') return gate.alone(() => transact(call, body))
      return gate.beside(() => ask(String(operation), body))
    },
    close: () => close(server),
  }
}

/**
 * Dynalite ends each read of a range by the iterator's `return`, which the iterators of `abstract-level` do not have: each
 * would stay open, and keep what LevelDB holds for it. Gives them one, once for all databases of this process.
 */
async function closeIteratorsByReturn(): Promise<void> {
  const level = new MemoryLevel()
  await level.open()
  const iterator = level.values()
  const shared = prototypeWith(iterator, 'close')
  if (!('return' in shared)) Object.defineProperty(shared, 'return', { value: closeIterator, configurable: true })
  await iterator.close()
  await level.close()
}

function closeIterator(this: { close(): Promise<void> }): Promise<void> {
  return this.close()
}

/** The prototype that has the method itself, however far up. @throws {TypeError} when none has */
function prototypeWith(object: object, method: string): object {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (typeof prototype !== 'object' || prototype === null) throw new TypeError(`there is no ${method}`)
  return Object.hasOwn(prototype, method) ? prototype : prototypeWith(prototype, method)
}

/** What dynalite looks at besides the body. */
type Head = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/**
 * Hands the request over with streams of our own: on live ones dynalite throws out of an event when a client hangs up,
 * and does not say when it is done with a request that nobody waits for any more.
 */
function handle(server: Server, { method, url, headers }: Head, body: Buffer): Promise<HttpReply> {
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
