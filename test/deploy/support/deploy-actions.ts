import { createServer, request, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { closeServer, listen } from '../../../local/listen'

// The IAM actions of the calls that a deployment makes.

export interface ActionRecorder {
  readonly url: string
  /** Such as `kms:CreateKey`. */
  readonly actions: ReadonlySet<string>
  stop(): Promise<void>
}

/** Stands before AWS, passes every call on and keeps the permission that it takes; of an unknown one, method and path. */
export async function startActionRecorder(awsUrl: string): Promise<ActionRecorder> {
  const actions = new Set<string>()
  const server = createServer((incoming, response) => {
    void buffer(incoming).then(body => {
      actions.add(actionOf(incoming, body.toString()))
      // With the name of this server, queues would get URLs through it, and functions would send through it as well.
      const options = { method: incoming.method, headers: { ...incoming.headers, host: new URL(awsUrl).host } }
      const outgoing = request(new URL(incoming.url ?? '/', awsUrl), options, reply => {
        response.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(response)
      })
      outgoing.on('error', () => response.destroy())
      outgoing.end(body)
    })
  })
  server.keepAliveTimeout = 0
  const url = await listen(server, 0)
  return { url, actions, stop: () => closeServer(server) }
}

/** How IAM calls a service, where its signature has another name. */
const services: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' }

function actionOf({ method = '', url = '', headers }: IncomingMessage, body: string): string {
  const [, signed = ''] = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '') ?? []
  const service = services[signed] ?? signed
  const operation = operationOf(headers, body)
  if (operation !== undefined) return `${service}:${operation}`
  // IAM tells API Gateway's operations apart by method alone.
  if (service === 'apigateway') return `${service}:${method}`
  const call = `${method} ${url.split('?')[0]}`
  const [, name] = lambdaOperations.find(([pattern]) => pattern.test(call)) ?? []
  return name === undefined ? `${service}: ${call}` : `${service}:${name}`
}

/** In the JSON and the query protocols; undefined: it is method and path that name it. */
function operationOf(headers: IncomingMessage['headers'], body: string): string | undefined {
  const target = headers['x-amz-target']
  if (typeof target === 'string') return target.split('.').at(-1)
  return new URLSearchParams(body).get('Action') ?? undefined
}

const named = '/functions/[^/]+'

/** "Actions, resources, and condition keys for AWS Lambda" of the service authorization reference. */
const lambdaOperations: readonly (readonly [RegExp, string])[] = (
  [
    ['GET /[^/]+/account-settings', 'GetAccountSettings'],
    ['POST /[^/]+/functions', 'CreateFunction'],
    [`GET /[^/]+${named}`, 'GetFunction'],
    [`DELETE /[^/]+${named}`, 'DeleteFunction'],
    [`GET /[^/]+${named}/versions`, 'ListVersionsByFunction'],
    [`GET /[^/]+${named}/code-signing-config`, 'GetFunctionCodeSigningConfig'],
    [`GET /[^/]+${named}/configuration`, 'GetFunctionConfiguration'],
    [`PUT /[^/]+${named}/configuration`, 'UpdateFunctionConfiguration'],
    [`PUT /[^/]+${named}/code`, 'UpdateFunctionCode'],
    [`GET /[^/]+${named}/concurrency`, 'GetFunctionConcurrency'],
    [`PUT /[^/]+${named}/concurrency`, 'PutFunctionConcurrency'],
    [`DELETE /[^/]+${named}/concurrency`, 'DeleteFunctionConcurrency'],
    [`GET /[^/]+${named}/policy`, 'GetPolicy'],
    [`POST /[^/]+${named}/policy`, 'AddPermission'],
    [`DELETE /[^/]+${named}/policy/[^/]+`, 'RemovePermission'],
    [`PUT /[^/]+${named}/event-invoke-config`, 'PutFunctionEventInvokeConfig'],
    [`POST /[^/]+${named}/event-invoke-config`, 'UpdateFunctionEventInvokeConfig'],
    [`GET /[^/]+${named}/event-invoke-config`, 'GetFunctionEventInvokeConfig'],
    [`DELETE /[^/]+${named}/event-invoke-config`, 'DeleteFunctionEventInvokeConfig'],
    ['POST /[^/]+/event-source-mappings', 'CreateEventSourceMapping'],
    ['GET /[^/]+/event-source-mappings/[^/]+', 'GetEventSourceMapping'],
    ['PUT /[^/]+/event-source-mappings/[^/]+', 'UpdateEventSourceMapping'],
    ['DELETE /[^/]+/event-source-mappings/[^/]+', 'DeleteEventSourceMapping'],
    ['GET /[^/]+/tags/.+', 'ListTags'],
    ['POST /[^/]+/tags/.+', 'TagResource'],
    ['DELETE /[^/]+/tags/.+', 'UntagResource'],
  ] as const
).map(([pattern, name]) => [new RegExp(`^${pattern}/?$`), name])
