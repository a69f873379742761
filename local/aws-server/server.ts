import type { IncomingMessage, ServerResponse } from 'node:http'
import { type HttpListener, openListener, readBody } from './http'
import { noFunctions, type RotationFunctions } from './secrets-manager/rotations'
import { openServices, type Services, type ServicesOptions } from './services'
import { AwsError, inputOf, regionOf, sendError, sendReply, unknownOperation } from './wire'

// The embedded AWS server: DynamoDB, Secrets Manager, KMS, EventBridge and SQS on one port of 127.0.0.1. Any AWS SDK
// speaks to it once `AWS_ENDPOINT_URL` is its URL. A request comes in here, `services.ts` has the service that it names
// in `X-Amz-Target`, and the service's own file or folder has the operation.

export interface AwsServer {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL`. */
  readonly url: string
  /** Finishes what is being answered, ends every connection and closes the databases. */
  close(): Promise<void>
}

export interface AwsServerOptions {
  /** The folder that everything is kept in; null keeps it in memory. */
  readonly dataDir: string | null
  /** 0 takes a free one. */
  readonly port: number
  readonly now?: () => Date
  readonly pages?: Pages
  /** The ids and aliases of the KMS keys that exist; without it every key exists from its first `Encrypt` on. */
  readonly kmsKeyIds?: readonly string[]
  /** What `RotateSecret` may invoke; nothing by default. */
  readonly functions?: RotationFunctions
}

/** What `GET <path>` answers, as JSON. */
export type Pages = Readonly<Record<string, () => unknown>>

/**
 * Starts the server. Signatures are not checked. Rejects with Node's own error where the port is taken or the folder
 * unusable.
 * @throws {OperatorError} where what the folder holds is damaged, or open elsewhere
 */
export async function startAwsServer(options: AwsServerOptions): Promise<AwsServer> {
  const { dataDir, port, now = () => new Date(), pages = {}, kmsKeyIds = null, functions = noFunctions } = options
  const listener = await openListener(port)
  const services = await openOrClose(listener, { dataDir, now, kmsKeyIds, functions })
  listener.serve((request, response) => handle({ services, pages }, request, response))
  return {
    url: listener.url,
    close: async () => {
      services.stopWaiting()
      await listener.close()
      await services.close()
    },
  }
}

async function openOrClose(listener: HttpListener, options: ServicesOptions): Promise<Services> {
  try {
    return await openServices(options)
  } catch (error) {
    await listener.close()
    throw error
  }
}

interface Served {
  readonly services: Services
  readonly pages: Pages
}

/** Answers one request, and resolves when the reply is handed over or nobody waits for it any more. */
async function handle({ services, pages }: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const closed = new Promise(resolve => response.once('close', resolve))
  try {
    if (request.method === 'GET') sendPage(pages, request, response)
    else await runOperation(services, request, response)
  } catch (error) {
    if (!(error instanceof AwsError) && !request.destroyed) console.error('AWS endpoint:', error)
    sendError(response, error)
  }
  await closed
}

function sendPage(pages: Pages, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? ''
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (page === undefined) return void response.writeHead(404).end()
  const text = JSON.stringify(page())
  response.writeHead(200, { 'content-type': 'application/json' }).end(text)
}

async function runOperation(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  const [target = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.')
  if (target.startsWith('DynamoDB_')) {
    const { status, headers, text } = await services.dynamoDb.handle(request, body)
    response.writeHead(status, headers).end(text)
    return
  }
  const service = services.byTarget.get(target)
  if (service === undefined) throw unknownOperation()
  const { authorization, host = '127.0.0.1' } = request.headers
  const signal = endOf(response, services.closing)
  sendReply(response, await service({ operation, region: regionOf(authorization), host, signal, input: inputOf(body) }))
}

/** Aborts when the caller is gone, answered or not, and when the server is to close. */
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
