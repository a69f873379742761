import type { IncomingMessage } from 'node:http'
import { AwsError } from './aws-error'

const maxBytes = 16 * 1024 * 1024

/** The body of a request. @throws {AwsError} `RequestEntityTooLargeException` above 16 MiB, DynamoDB's limit */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new AwsError('RequestEntityTooLargeException', 'The request is over 16 MiB.', 413)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
