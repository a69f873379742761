import type { IncomingMessage, ServerResponse } from 'node:http'
import { inputOf, regionOf, unknownOperation } from './aws-call'
import { AwsError } from './aws-error'
import { sendError, sendReply } from './aws-reply'
import { readBody } from './read-body'
import type { Services } from './services'

/** What `GET <path>` answers, as JSON. */
export type Pages = Readonly<Record<string, () => unknown>>

export interface Answering {
  readonly services: Services
  readonly pages: Pages
}

/** Answers one request, and resolves when the reply is handed over or nobody waits for it any more. */
export async function answerRequest(
  answering: Answering,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const closed = new Promise(resolve => response.once('close', resolve))
  try {
    if (request.method === 'GET') sendPage(answering.pages, request, response)
    else await answerCall(answering.services, request, response)
  } catch (error) {
    if (!(error instanceof AwsError) && !request.destroyed) console.error('AWS endpoint:', error)
    sendError(response, error)
  }
  await closed
}

async function answerCall(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.')
  if (service.startsWith('DynamoDB_')) {
    const { status, headers, text } = await services.dynamoDb.answer(request, body)
    response.writeHead(status, headers).end(text)
    return
  }
  const answer = services.byTarget.get(service)
  if (answer === undefined) throw unknownOperation()
  const { authorization, host = '127.0.0.1' } = request.headers
  const signal = endOf(response, services.closing)
  sendReply(response, await answer({ operation, region: regionOf(authorization), host, signal, input: inputOf(body) }))
}

/** Aborts when the caller is gone, answered or not, and when the endpoint is to close. */
function endOf(response: ServerResponse, closing: AbortSignal): AbortSignal {
  const ended = new AbortController()
  const end = (): void => ended.abort()
  closing.addEventListener('abort', end, { once: true })
  response.once('close', () => {
    closing.removeEventListener('abort', end)
    end()
  })
  return ended.signal
}

function sendPage(pages: Pages, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? ''
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (page === undefined) return void response.writeHead(404).end()
  const text = JSON.stringify(page())
  response.writeHead(200, { 'content-type': 'application/json' }).end(text)
}
