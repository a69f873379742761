import { createWriteStream, openSync } from 'node:fs'
import type { Writable } from 'node:stream'

/** Appends to the file, made with mode 0600. Throws Node's own error where it cannot be opened; later ones are told. */
export function openFunctionLog(file: string): Writable {
  const log = createWriteStream(file, { fd: openSync(file, 'a', 0o600) })
  log.on('error', ({ message }) => console.error(`the log ${file} cannot be written: ${message}`))
  return log
}
