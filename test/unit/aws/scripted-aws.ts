import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface AwsReply {
  readonly status: number
  readonly body: object
}

export interface ScriptedAws {
  readonly url: string
  /** The operations that were called, in order, such as `PutEvents`. */
  readonly calls: readonly string[]
  close(): Promise<void>
}

/** Stands in for AWS where a test needs a fault that the embedded server lacks. Where `replyTo` gives null, none comes. */
export async function startScriptedAws(replyTo: (operation: string) => AwsReply | null): Promise<ScriptedAws> {
  const calls: string[] = []
  const server = createServer((request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    calls.push(operation)
    const reply = replyTo(operation)
    if (reply === null) return
    response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(reply.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
