import type { Operation } from './operation'

/** As much of `fetch` as the client uses. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchReply>

export interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly redirect: 'manual'
  readonly signal: AbortSignal
}

export interface FetchReply {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}

export interface ClientOptions {
  /** Where the API answers, with the base path if the deployment has one: `https://api.example.com`. */
  readonly baseUrl: string
  /** An API key or a session token, or what gives one; it is asked for each request. */
  readonly credential: string | (() => string | Promise<string>)
  /** Sent as `Keyturn-Tenant` with every request: for a credential of several tenants. */
  readonly tenantId?: string | undefined
  /** Default: the global one. */
  readonly fetch?: Fetch | undefined
  /** How long a call may take with all its repeats and the waits between them, in seconds. Default 60. */
  readonly timeoutSeconds?: number | undefined
  /** How long a reply may take before it counts as lost, in seconds. Default 30, the longest that API Gateway waits. */
  readonly replySeconds?: number | undefined
  /** How often a request is repeated, where a repeat is safe. Default 4; 0 never repeats. */
  readonly repeats?: number | undefined
  /** Default `keyturn-client/<version>`; a browser sends its own. */
  readonly userAgent?: string | undefined
}

/** What one call may say otherwise than the client. */
export interface CallOptions {
  /** Ends the call at once, also while it waits. */
  readonly signal?: AbortSignal | undefined
  readonly tenantId?: string | undefined
  readonly timeoutSeconds?: number | undefined
  readonly repeats?: number | undefined
}

/** Options of operations that take an `Idempotency-Key`. */
export interface KeyedCallOptions extends CallOptions {
  /**
   * 1 to 255 visible ASCII characters. Default: a random one. Give your own, and store it first, where the call is to be
   * repeated after a crash of yours: the same key reveals the same secret for 24 hours.
   */
  readonly idempotencyKey?: string | undefined
}

type Names<Options> = { readonly [Name in keyof Options]-?: true }

const clientNames: Names<ClientOptions> = {
  baseUrl: true,
  credential: true,
  tenantId: true,
  fetch: true,
  timeoutSeconds: true,
  replySeconds: true,
  repeats: true,
  userAgent: true,
}

const callNames: Names<CallOptions> = { signal: true, tenantId: true, timeoutSeconds: true, repeats: true }

const keyedCallNames: Names<KeyedCallOptions> = { ...callNames, idempotencyKey: true }

/** Options that are checked, with their defaults. */
export interface Settings {
  readonly baseUrl: string
  readonly credential: () => string | Promise<string>
  readonly tenantId: string | undefined
  readonly fetch: Fetch
  readonly timeoutSeconds: number
  readonly replySeconds: number
  readonly repeats: number
  readonly userAgent: string | null
}

/** @throws {TypeError} naming the option at fault, never a credential */
export function readOptions(options: ClientOptions, version: string): Settings {
  checkNames('keyturnClient', options, clientNames)
  const { credential, fetch = (url, init) => globalThis.fetch(url, init) } = options
  check(typeof fetch === 'function', 'fetch must be a function')
  return {
    baseUrl: readBaseUrl(options.baseUrl),
    credential: typeof credential === 'function' ? credential : always(readCredential(credential)),
    tenantId: readTenantId(options.tenantId),
    fetch,
    timeoutSeconds: readSeconds('timeoutSeconds', options.timeoutSeconds) ?? 60,
    replySeconds: readSeconds('replySeconds', options.replySeconds) ?? 30,
    repeats: readRepeats(options.repeats) ?? 4,
    userAgent: readUserAgent(options.userAgent, version),
  }
}

/** The settings of one call. @throws {TypeError} naming the option at fault */
export function withCallOptions(settings: Settings, options: CallOptions, { repeat }: Operation): Settings {
  checkNames('this call', options, repeat === 'keyed' ? keyedCallNames : callNames)
  checkSignal(options.signal)
  return {
    ...settings,
    tenantId: readTenantId(options.tenantId) ?? settings.tenantId,
    timeoutSeconds: readSeconds('timeoutSeconds', options.timeoutSeconds) ?? settings.timeoutSeconds,
    repeats: readRepeats(options.repeats) ?? settings.repeats,
  }
}

/** The given key, or a new one. @throws {TypeError} */
export function readIdempotencyKey({ idempotencyKey }: KeyedCallOptions): string {
  if (idempotencyKey === undefined) return globalThis.crypto.randomUUID()
  const isKey = typeof idempotencyKey === 'string' && /^[!-~]{1,255}$/.test(idempotencyKey)
  check(isKey, 'idempotencyKey must be 1 to 255 visible ASCII characters')
  return idempotencyKey
}

/** The text, if a header can hold it. @throws {TypeError} */
export function readCredential(text: unknown): string {
  if (typeof text === 'string' && /^[!-~]+$/.test(text)) return text
  throw new TypeError('credential must be an API key or a session token: visible ASCII characters, without spaces')
}

function readBaseUrl(text: unknown): string {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === ''
  if (isPlain && url.search + url.hash === '') return url.href.replace(/\/+$/, '')
  throw new TypeError('baseUrl must be an http or https URL without user, query and fragment: https://api.example.com')
}

function readTenantId(id: unknown): string | undefined {
  if (id === undefined) return undefined
  if (typeof id === 'string' && /^[A-Za-z0-9_.:-]{1,128}$/.test(id)) return id
  throw new TypeError('tenantId must be 1 to 128 letters, digits and any of _ . : -')
}

/** Timers hold no longer time. */
const mostSeconds = 86_400

function readSeconds(name: string, seconds: unknown): number | undefined {
  if (seconds === undefined) return undefined
  if (typeof seconds === 'number' && seconds > 0 && seconds <= mostSeconds) return seconds
  throw new TypeError(`${name} must be a number of seconds above 0, at most ${mostSeconds}`)
}

function readRepeats(repeats: unknown): number | undefined {
  if (repeats === undefined) return undefined
  if (Number.isInteger(repeats) && Number(repeats) >= 0) return Number(repeats)
  throw new TypeError('repeats must be a whole number, 0 or more')
}

function readUserAgent(text: unknown, version: string): string | null {
  // Node, workerd and others have a navigator too; every browser says that it is Mozilla, and lets nobody say otherwise.
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: string } }
  const isBrowser = navigator?.userAgent?.startsWith('Mozilla/') === true
  if (text === undefined) return isBrowser ? null : `keyturn-client/${version}`
  if (typeof text === 'string' && /^[!-~](?:[ -~]{0,198}[!-~])?$/.test(text)) return text
  throw new TypeError('userAgent must be 1 to 200 printable ASCII characters')
}

/** Another realm's are none of this one's class. */
function checkSignal(signal: unknown): void {
  const { addEventListener } = Object(signal) as { readonly addEventListener?: unknown }
  check(signal === undefined || typeof addEventListener === 'function', 'signal must be an AbortSignal')
}

/** One that nobody reads may be a misspelt one, such as an idempotency key that is then never sent. */
function checkNames(taker: string, options: unknown, names: Readonly<Record<string, true>>): void {
  check(typeof options === 'object' && options !== null, `options of ${taker} must be an object`)
  const strange = Object.keys(options as object).find(name => !Object.hasOwn(names, name))
  const known = Object.keys(names).join(', ')
  check(strange === undefined, `${taker} takes no option ${strange}: there are ${known}`)
}

function always(text: string): () => string {
  return () => text
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new TypeError(message)
}
