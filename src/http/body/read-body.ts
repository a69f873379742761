import { Problem } from '../../rotation/problem'

/** The largest body that is read, whether it is looked at or not. */
export const largestBodyBytes = 64 * 1024

/**
 * The request's body; empty where there is none. Reading stops at the limit.
 * @throws {Problem} `payload-too-large`
 */
export async function readBody(request: Request): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? 0) > largestBodyBytes) throw tooLarge()
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = request.body?.getReader()
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    bytes += read.value.byteLength
    if (bytes > largestBodyBytes) {
      await reader?.cancel()
      throw tooLarge()
    }
    chunks.push(read.value)
  }
  return Buffer.concat(chunks)
}

function tooLarge(): Problem {
  return new Problem('payload-too-large', `The body must not be larger than ${largestBodyBytes} bytes.`)
}
