import { Problem } from '../../rotation/problem'

/** The largest body that is read, whether it is looked at or not. */
export const largestBodyBytes = 64 * 1024
/** The largest body of an event: its payload may be written with more bytes than it has when it is sent. */
export const largestEventBodyBytes = 512 * 1024

/**
 * The request's body; empty where there is none. Reading stops at the limit.
 * @throws {Problem} `payload-too-large`
 */
export async function readBody(request: Request, most: number = largestBodyBytes): Promise<Buffer> {
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
