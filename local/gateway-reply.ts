import * as v from 'valibot'

/** What goes back over HTTP. */
export interface GatewayReply {
  readonly status: number
  /** Names and values; a name with several values is sent once for each. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Buffer
}

const scalar = v.union([v.string(), v.number(), v.boolean()])
const structured = v.object({
  statusCode: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.transform(Number))]),
    v.integer(),
    v.minValue(100),
    v.maxValue(599),
  ),
  headers: v.optional(v.record(v.string(), scalar), {}),
  multiValueHeaders: v.optional(v.record(v.string(), v.array(scalar)), {}),
  cookies: v.optional(v.array(v.string()), []),
  body: v.optional(v.string(), ''),
  isBase64Encoded: v.optional(v.boolean(), false),
})

/**
 * The reply that an HTTP API makes of a function's result in payload format 2.0: a structured one when it has a
 * `statusCode`, else 200 with the result as JSON, a string as it stands. A malformed result is 500.
 */
export function gatewayReply(result: unknown): GatewayReply {
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) return inferred(result)
  const parsed = v.safeParse(structured, withoutNulls(result))
  return parsed.success ? fromStructured(parsed.output) : gatewayError(500)
}

const messages = {
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  500: 'Internal Server Error',
  502: 'Internal Server Error',
  503: 'Service Unavailable',
} as const

/** The gateway's own errors. */
export function gatewayError(status: keyof typeof messages): GatewayReply {
  return json(status, JSON.stringify({ message: messages[status] }))
}

function inferred(result: unknown): GatewayReply {
  return json(200, typeof result === 'string' ? result : (JSON.stringify(result) ?? 'null'))
}

function json(status: number, text: string): GatewayReply {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) }
}

function fromStructured(reply: v.InferOutput<typeof structured>): GatewayReply {
  const headers: Record<string, string | readonly string[]> =
    reply.body === '' ? {} : { 'content-type': 'text/plain;charset=UTF-8' }
  for (const [name, value] of Object.entries(reply.headers)) headers[name.toLowerCase()] = String(value)
  for (const [name, values] of Object.entries(reply.multiValueHeaders)) headers[name.toLowerCase()] = values.map(String)
  if (reply.cookies.length > 0) headers['set-cookie'] = reply.cookies
  delete headers['content-length']
  return { status: reply.statusCode, headers, body: Buffer.from(reply.body, reply.isBase64Encoded ? 'base64' : 'utf8') }
}

/** A member that is null counts as absent. */
function withoutNulls(result: object): object {
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== null))
}
