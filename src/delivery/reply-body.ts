import type { IncomingMessage } from 'node:http'
import { StringDecoder } from 'node:string_decoder'
import { cutText } from '../core/cut-text'

const keptBytes = 4096
/** A body that goes on longer is not read to its end. */
const mostBytes = 64 * 1024

/**
 * The start of a reply's body as text, at most 4 KiB of it. It ends early where the receiver, or the time, does. A body
 * that came compressed, though it was asked not to, is described instead.
 */
export async function startOfBody(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const { kept, bytes } = await read(response, signal)
  const encoding = response.headers['content-encoding']?.trim() ?? ''
  if (bytes > 0 && encoding !== '' && encoding.toLowerCase() !== 'identity') return describe(encoding, bytes)
  // A character that is cut in two is left out.
  return new StringDecoder('utf8').write(kept)
}

function describe(encoding: string, bytes: number): string {
  const size = bytes > mostBytes ? `more than ${mostBytes}` : String(bytes)
  return `[a body of ${size} bytes with content-encoding ${cutText(encoding, 100)}]`
}

async function read(
  response: IncomingMessage,
  signal: AbortSignal,
): Promise<{ readonly kept: Buffer; readonly bytes: number }> {
  const kept: Buffer[] = []
  let bytes = 0
  const end = (): void => void response.destroy()
  signal.addEventListener('abort', end)
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (bytes < keptBytes) kept.push(chunk)
      bytes += chunk.length
      if (bytes > mostBytes) break
    }
  } catch (error) {
    response.destroy(error instanceof Error ? error : undefined)
  } finally {
    signal.removeEventListener('abort', end)
  }
  return { kept: Buffer.concat(kept).subarray(0, keptBytes), bytes }
}
