import { Problem } from '../../rotation/problem'
import { checkKnownVersion } from '../api-version'
import type { Call } from '../call'

/** The largest body that is read, whether it is looked at or not. */
export const largestBodyBytes = 64 * 1024
/** The largest body of an event: its payload may be written with more bytes than it has when it is sent. */
export const largestEventBodyBytes = 512 * 1024

/**
 * The body of a request whose id has been found; empty where there is none. What is malformed about a request is refused
 * from here on, its API version first. Reading stops at the limit.
 * @throws {Problem} `invalid-request`, `payload-too-large`
 */
export async function readBody(call: Call, most: number = largestBodyBytes): Promise<Buffer> {
  checkKnownVersion(call)
  const { request } = call
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge(most)
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = request.body?.getReader()
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    bytes += read.value.byteLength
    if (bytes > most) {
      await reader?.cancel()
      throw tooLarge(most)
    }
    chunks.push(read.value)
  }
  return Buffer.concat(chunks)
}

function tooLarge(most: number): Problem {
  return new Problem('payload-too-large', `The body must not be larger than ${most} bytes.`)
}
