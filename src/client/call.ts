import { KeyturnError } from './error'
import {
  type CallOptions,
  type KeyedCallOptions,
  readCredential,
  readIdempotencyKey,
  type Settings,
  withCallOptions,
} from './options'
import type { Call, Given, Operation } from './operation'
import { readReply } from './reply'
import { type Bound, boundOf, pause, type Scope, scopeIn, type Timers, within } from './timers'

// One call, from its arguments to Keyturn's reply, with the repeats between them.

/** Performs calls. They reject with a `KeyturnError`, or a `TypeError` for arguments that no request can be made of. */
export function callsWith(settings: Settings, timers: Timers): Call {
  return async (operation, given, options = {}) => {
    const chosen = withCallOptions(settings, options, operation)
    const request = requestOf(operation, given, options)
    const scope = scopeIn(timers, outer(options), chosen.timeoutSeconds * 1000)
    try {
      return await repeated(request, chosen, { timers, scope })
    } finally {
      scope.stop()
    }
  }
}

function outer({ signal }: CallOptions): Bound | null {
  return signal === undefined ? null : boundOf(signal)
}

/** A request as it is repeated: everything but the credential. */
interface ClientRequest {
  readonly operation: Operation
  readonly path: string
  readonly body: string | null
  /** Null where the operation takes none. */
  readonly idempotencyKey: string | null
  readonly isRepeatable: boolean
}

function requestOf(operation: Operation, given: Given, options: KeyedCallOptions): ClientRequest {
  const { repeat } = operation
  const { body } = given
  const hasId = repeat === 'with-id' && typeof (Object(body) as { readonly id?: unknown }).id === 'string'
  return {
    operation,
    path: pathOf(operation, given),
    body: body === undefined ? null : JSON.stringify(body),
    idempotencyKey: repeat === 'keyed' ? readIdempotencyKey(options) : null,
    isRepeatable: repeat === 'safe' || repeat === 'keyed' || hasId,
  }
}

function pathOf({ path }: Operation, { path: parameters = {}, query = {} }: Given): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => segmentOf(name, parameters[name]))
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`],
  )
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`
}

/** URLs take full stops for a way up, so these would reach another route. */
function segmentOf(name: string, value: unknown): string {
  if (typeof value === 'string' && !/^\.{0,2}$/.test(value)) return encodeURIComponent(value)
  throw new TypeError(`${name} must be a text that is not empty: the id as Keyturn gave it`)
}

/** What a call runs in. */
interface Run {
  readonly timers: Timers
  /** Of the whole call. */
  readonly scope: Scope
}

async function repeated(request: ClientRequest, settings: Settings, run: Run): Promise<unknown> {
  const { timers, scope } = run
  const endsAt = timers.now() + settings.timeoutSeconds * 1000
  let isLost = false
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await attempt(request, settings, run)
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error
      if (isLost && isGone(request, error)) return undefined
      isLost ||= error.status !== 429
      const milliseconds = pauseOf(error, repeats, timers)
      const isLast = !request.isRepeatable || !isPassing(error) || repeats >= settings.repeats
      if (isLast || scope.reason() !== null || timers.now() + milliseconds >= endsAt) throw error
      await pause(timers, scope, milliseconds)
    }
  }
}

/** A deletion whose reply was lost may have deleted, and its repeat then finds nothing. */
function isGone({ operation }: ClientRequest, { status, code }: KeyturnError): boolean {
  return operation.method === 'DELETE' && status === 404 && code === 'not-found'
}

const passing: readonly (number | null)[] = [429, 500, 502, 503, 504]

/** Whether the same request may get another answer in a moment. */
function isPassing({ code, status }: KeyturnError): boolean {
  return code === 'network' || code === 'timeout' || passing.includes(status)
}

const firstPauseMs = 500
const mostPauseMs = 8000

/** Doubles with each repeat, in part by chance; never shorter than the server says. */
function pauseOf({ retryAfterSeconds }: KeyturnError, repeats: number, timers: Timers): number {
  const own = Math.min(firstPauseMs * 2 ** repeats, mostPauseMs) * (0.5 + timers.random() / 2)
  return Math.max(own, (retryAfterSeconds ?? 0) * 1000)
}

/** Sends the request once, and reads the whole reply. */
async function attempt(request: ClientRequest, settings: Settings, { timers, scope }: Run): Promise<unknown> {
  const wait = scopeIn(timers, scope, settings.replySeconds * 1000)
  try {
    const result = await within(wait, () => exchange(request, settings, wait))
    if (result !== null) return result.body
    throw ended(scope, settings, request)
  } finally {
    wait.stop()
  }
}

function ended(scope: Scope, settings: Settings, { idempotencyKey }: ClientRequest): KeyturnError {
  if (scope.reason() === 'aborted') return new KeyturnError('aborted', 'The caller ended the call.', { idempotencyKey })
  const seconds = scope.reason() === 'timeout' ? settings.timeoutSeconds : settings.replySeconds
  return new KeyturnError('timeout', `No reply came within ${seconds} seconds.`, { idempotencyKey })
}

interface Exchanged {
  readonly body: unknown
}

async function exchange(request: ClientRequest, settings: Settings, { signal }: Bound): Promise<Exchanged> {
  const { operation, path, body, idempotencyKey } = request
  const credential = operation.isOpen === true ? null : readCredential(await settings.credential())
  const init = {
    method: operation.method,
    headers: headersOf(request, settings, credential),
    ...(body !== null && { body }),
    // One that is followed would take the credential, or a secret of the body, somewhere else.
    redirect: 'manual',
    signal,
  } as const
  // Called as a method of something else, the global one refuses in Workers and in browsers.
  const { fetch } = settings
  const { reply, text } = await overNetwork(idempotencyKey, async () => {
    const reply = await fetch(settings.baseUrl + path, init)
    return { reply, text: await reply.text() }
  })
  return { body: readReply(reply, text, { operation, idempotencyKey, credential }) }
}

function headersOf(
  { operation, body, idempotencyKey }: ClientRequest,
  { tenantId, userAgent }: Settings,
  credential: string | null,
): Record<string, string> {
  return {
    accept: 'application/json',
    ...(credential !== null && { authorization: `Bearer ${credential}` }),
    ...(operation.isOpen !== true && tenantId !== undefined && { 'keyturn-tenant': tenantId }),
    ...(idempotencyKey !== null && { 'idempotency-key': idempotencyKey }),
    ...(body !== null && { 'content-type': 'application/json' }),
    ...(userAgent !== null && { 'user-agent': userAgent }),
  }
}

/** @throws {KeyturnError} `network`, with the system's code alone: other words of `fetch` may show what was sent */
async function overNetwork<Result>(idempotencyKey: string | null, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const { cause } = Object(error) as { readonly cause?: unknown }
    const code = [error, cause].map(codeOf).find(found => found !== null)
    const why = code === undefined ? '' : ` (${code})`
    throw new KeyturnError('network', `No reply came, or it broke off${why}.`, { idempotencyKey })
  }
}

/** Such as `ECONNREFUSED`. */
function codeOf(error: unknown): string | null {
  const { code } = Object(error) as { readonly code?: unknown }
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : null
}
