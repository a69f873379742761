/** A reply of the API, taken off the wire. */
export interface CalledReply {
  readonly request: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Null for an empty body. */
  readonly json: unknown
}

export interface CallOptions {
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; a text is sent as it stands. */
  readonly body?: unknown
}

/** Sends requests, and keeps every reply for what is said about all of them. */
export interface ApiCaller {
  readonly answers: readonly CalledReply[]
  call(method: string, path: string, options?: CallOptions): Promise<CalledReply>
}

export function apiCaller(url: string): ApiCaller {
  const answers: CalledReply[] = []
  return {
    answers,
    call: async (method, path, options = {}) => {
      const reply = await fetch(`${url}${path}`, { method, ...requestOf(options) })
      const text = await reply.text()
      const { status, headers } = reply
      const answer = { request: `${method} ${path}`, status, headers, text, json: text === '' ? null : parsed(text) }
      answers.push(answer)
      return answer
    },
  }
}

function requestOf({ token, headers = {}, body }: CallOptions): RequestInit {
  const credential = token === undefined ? {} : { authorization: `Bearer ${token}` }
  if (body === undefined) return { headers: { ...credential, ...headers } }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { headers: { ...credential, 'content-type': 'application/json', ...headers }, body: text }
}

function parsed(text: string): unknown {
  return JSON.parse(text) as unknown
}

/** The text at a place of the reply's body like `endpoint.id`. */
export function textAt({ json, text }: CalledReply, place: string): string {
  const value = memberAt(json, place)
  if (typeof value !== 'string') throw new TypeError(`the reply has no text at ${place}: ${text}`)
  return value
}

export function memberAt(json: unknown, place: string): unknown {
  return place.split('.').reduce<unknown>((part, name) => Object(part)[name], json)
}
