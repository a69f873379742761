import type { LambdaHandler } from './lambda-handler'
import { everyReply } from './reply'

/** Answers every request with one file. Which requests come is for the gateway's routes to say. */
export function fileHandler(contentType: string, body: string): LambdaHandler {
  return async ({ requestContext: { requestId } }) => ({
    statusCode: 200,
    headers: { ...everyReply, 'content-type': contentType, 'cache-control': 'no-cache', 'x-request-id': requestId },
    body,
    isBase64Encoded: false,
  })
}
