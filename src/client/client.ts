import { callsWith } from './call'
import { type KeyturnClient, operationsOf, version } from './operations'
import { type ClientOptions, readOptions } from './options'
import { systemTimers, type Timers } from './timers'

/**
 * A client of Keyturn's own API: one method for each operation. A method resolves to the reply's JSON, and rejects with a
 * `KeyturnError`.
 *
 * The secret in a reply is a plain text, shown this once: store it, and keep replies out of logs.
 *
 * @example
 * ```ts
 * import { keyturnClient } from 'keyturn/client'
 *
 * async function rotate(apiKey: string, id: string, store: (secret: string) => Promise<void>): Promise<void> {
 *   const client = keyturnClient({ baseUrl: 'https://api.example.com', credential: apiKey })
 *   const { signingSecret } = await client.rotate(id, { overlapSeconds: 3600 })
 *   await store(signingSecret)
 * }
 * ```
 *
 * @throws {TypeError} naming the option at fault
 */
export function keyturnClient(options: ClientOptions): KeyturnClient {
  return clientOn(systemTimers, options)
}

/** The client with other timers. @throws {TypeError} */
export function clientOn(timers: Timers, options: ClientOptions): KeyturnClient {
  return operationsOf(callsWith(readOptions(options, version), timers))
}
