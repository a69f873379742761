import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { oneAtATime } from './one-at-a-time'

/** Events in the order they came, one JSON document a line. */
export interface EventLog {
  /** Resolves once the events are on the disk. */
  append(events: readonly object[]): Promise<void>
  close(): Promise<void>
}

/** An event log that keeps nothing. */
export const noEventLog: EventLog = { append: async () => undefined, close: async () => undefined }

/** The log in a file of mode 0600. The end of a line that a crash cut off is taken away. */
export async function openEventLog(file: string): Promise<EventLog> {
  const handle = await open(file, 'a+', 0o600)
  await dropCutLine(handle)
  const inTurn = oneAtATime()
  return {
    append: events =>
      inTurn('', async () => {
        await handle.appendFile(events.map(event => `${JSON.stringify(event)}\n`).join(''))
        await handle.datasync()
      }),
    close: () => inTurn('', () => handle.close()),
  }
}

/** More than the longest line, which is one event of 256 KiB with its quotes escaped. */
const tailBytes = 1024 * 1024

async function dropCutLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat()
  if (size === 0) return
  const start = Math.max(0, size - tailBytes)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
  await handle.truncate(start + buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1)
}
