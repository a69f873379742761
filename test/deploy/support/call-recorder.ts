import { createServer, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { closeServer, listen } from '../../../local/listen'

/** One call to AWS, as it came over the wire. */
export interface RecordedCall {
  /** `X-Amz-Target`: service and operation. */
  readonly target: string
  readonly body: unknown
}

export interface CallRecorder {
  readonly url: string
  readonly calls: readonly RecordedCall[]
  stop(): Promise<void>
}

/** Stands before an AWS endpoint, passes everything on and keeps what was called. */
export async function startCallRecorder(endpoint: string): Promise<CallRecorder> {
  const calls: RecordedCall[] = []
  const server = createServer((incoming, response) => {
    void buffer(incoming).then(body => {
      calls.push({ target: String(incoming.headers['x-amz-target']), body: JSON.parse(body.toString()) })
      const options = { method: incoming.method, headers: incoming.headers }
      const outgoing = request(new URL(incoming.url ?? '/', endpoint), options, reply => {
        response.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(response)
      })
      outgoing.on('error', () => response.destroy())
      outgoing.end(body)
    })
  })
  const url = await listen(server, 0)
  return { url, calls, stop: () => closeServer(server) }
}
