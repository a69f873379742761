import type { IncomingMessage, ServerResponse } from 'node:http'
import { isAllowedCaller } from '../browser-guard'
import { type HttpListener, openListener, readBody } from './http'
import { noFunctions, type RotationFunctions } from './secrets-manager/rotations'
import { openServices, type Services, type ServicesOptions } from './services'
import { AwsError, checkAccessKeyId, inputOf, regionOf, sendError, sendReply, unknownOperation } from './wire'

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
  /** What `GET <path>` answers as it stands. */
  readonly documents?: Documents
  /** The only access key id that may call; without it every one may. */
  readonly accessKeyId?: string
  /** Of browsers whose pages may call, besides the server's own. Default: none. */
  readonly origins?: readonly string[]
  /** The ids and aliases of the KMS keys that exist; without it every key exists from its first `Encrypt` on. */
  readonly kmsKeyIds?: readonly string[]
  /** ARNs of the roles and users that exist; without it every one does. */
  readonly principals?: readonly string[]
  /** Names of the event buses that exist; without it every one does. */
  readonly eventBuses?: readonly string[]
  /** What `RotateSecret` may invoke; nothing by default. */
  readonly functions?: RotationFunctions
}

/** What `GET <path>` answers, as JSON. */
export type Pages = Readonly<Record<string, () => unknown>>

export interface Document {
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export type Documents = Readonly<Record<string, Document>>

/**
 * Starts the server. Of a signature only the access key id is looked at. Rejects with Node's own error where the port is taken or the folder
 * unusable.
 * @throws {OperatorError} where what the folder holds is damaged, or open elsewhere
 */
export async function startAwsServer(options: AwsServerOptions): Promise<AwsServer> {
  const { dataDir, port, now = () => new Date(), kmsKeyIds = null, functions = noFunctions } = options
  const listener = await openListener(port)
  const { pages = {}, documents = {}, origins = [] } = options
  const { accessKeyId = null, principals = null, eventBuses = null } = options
  const services = await openOrClose(listener, { dataDir, now, kmsKeyIds, functions, principals, eventBuses })
  listener.serve((request, response) => handle({ services, pages, documents, origins, accessKeyId }, request, response))
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
  readonly documents: Documents
  readonly origins: readonly string[]
  /** Null: every access key id may call. */
  readonly accessKeyId: string | null
}

/** Answers one request, and resolves when the reply is handed over or nobody waits for it any more. */
async function handle(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const closed = new Promise(resolve => response.once('close', resolve))
  try {
    if (!isAllowedCaller(request.headers, served.origins)) throw foreignCaller()
    if (request.method === 'GET') sendPage(served, request, response)
    else await runOperation(served, request, response)
  } catch (error) {
    if (!(error instanceof AwsError) && !request.destroyed) console.error('AWS endpoint:', error)
    sendError(response, error)
  }
  await closed
}

function sendPage({ pages, documents }: Served, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? ''
  const document = Object.hasOwn(documents, path) ? documents[path] : undefined
  if (document !== undefined) return void response.writeHead(200, document.headers).end(document.text)
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (page === undefined) return void response.writeHead(404).end()
  const text = JSON.stringify(page())
  response.writeHead(200, { 'content-type': 'application/json' }).end(text)
}

function foreignCaller(): AwsError {
  return new AwsError('AccessDeniedException', 'The request names another host, or comes from a web page.', 403)
}

async function runOperation(
  { services, accessKeyId }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request)
  if (accessKeyId !== null) checkAccessKeyId(request.headers.authorization, accessKeyId)
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
