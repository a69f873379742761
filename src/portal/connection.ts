import { type Fetch, type KeyturnClient, keyturnClient } from '../client'
import type { Mount } from '../contracts/routes'

// How the page speaks to the API: as the page session of a cookie, or with a token that is in memory alone.

/** `cookie`: the browser holds the token, and each request names the session. `token`: of an embedded page. */
export type Credential =
  | { readonly kind: 'cookie'; readonly sessionId: string }
  /** `tenantId`: for a platform's session of several tenants; null: it has one. */
  | { readonly kind: 'token'; readonly token: string; readonly tenantId: string | null }

export const scopes = ['read', 'rotate', 'write', 'test'] as const
export type Scope = (typeof scopes)[number]

/** What `GET /v1/session` says of whoever asks. */
export interface Session {
  readonly kind: 'portal' | 'session' | 'api-key'
  /** Of a portal session. */
  readonly id: string | null
  readonly subject: string
  readonly tenantId: string
  readonly displayName: string | null
  readonly scopes: readonly Scope[]
  readonly endpointIds: readonly string[] | null
  readonly expiresAt: string | null
  readonly authenticatedAt: string | null
  readonly returnUrl: string | null
  readonly locale: string | null
  readonly theme: 'light' | 'dark' | null
  /** Whether the platform lets its people see what was sent and answered. */
  readonly deliveryBodies: boolean
}

/** Whose link a code is. */
export interface Described {
  readonly id: string
  readonly tenantId: string
  readonly subject: string
  readonly displayName: string | null
  readonly expiresAt: string
}

export interface Exchanged {
  readonly id: string
  /** Null: a cookie holds it. */
  readonly token: string | null
  readonly parentOrigins: readonly string[]
}

/** A reply that is none: `network`, or the API's own code. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly status: number | null

  constructor(message: string, status: number | null) {
    super(message)
    this.status = status
  }
}

/** Where the page stands: `https://hooks.example.com`, and what stands before `/portal` there. */
export interface Place {
  readonly origin: string
  readonly pathname: string
}

/** The contracts of the deployment. @throws {ConnectionError} */
export async function readMounts({ origin, pathname }: Place): Promise<readonly Mount[]> {
  const folder = pathname.replace(/\/portal(?:\/.*)?$/, '/portal')
  // As scripts/portal-files.ts writes it.
  return (await json(`${origin}${folder}/mounts.json`, { credentials: 'omit' })) as readonly Mount[]
}

/** Where the own API answers: that of the contract whose endpoints are everybody's. */
export function apiUrl({ origin }: Place, mounts: readonly Mount[]): string {
  return origin + (mounts.find(({ contract }) => contract.reach === 'every')?.basePath ?? '')
}

/** Says whose a link is, and uses nothing up. @throws {ConnectionError} */
export async function describe(api: string, code: string): Promise<Described> {
  return (await post(`${api}/v1/portal-sessions/describe`, { code }, 'omit')) as Described
}

/** Uses the code up. The same pair gets the same answer for a minute. @throws {ConnectionError} */
export async function exchange(
  api: string,
  { code, nonce, mode }: { readonly code: string; readonly nonce: string; readonly mode: 'page' | 'embed' },
): Promise<Exchanged> {
  const reply = await post(
    `${api}/v1/portal-sessions/exchange`,
    { code, nonce },
    mode === 'page' ? 'same-origin' : 'omit',
  )
  return reply as Exchanged
}

export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return btoa(String.fromCodePoint(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

export interface Connection {
  readonly client: KeyturnClient
  /** Who this is; null: nobody any more. @throws {ConnectionError} */
  session(): Promise<Session | null>
  /** Signs out. Does nothing for a session that the platform made elsewhere. @throws {ConnectionError} */
  end(sessionId: string): Promise<void>
  /** A request of a contract's own route. */
  readonly fetch: Fetch
}

/** `onRefused` is told when the credential is no longer good. */
export function connect(api: string, credential: Credential, onRefused: () => void): Connection {
  const fetch = fetchAs(credential, onRefused)
  return {
    client: keyturnClient({ baseUrl: api, credential: heldElsewhere, fetch }),
    fetch,
    session: async () => {
      try {
        return (await json(`${api}/v1/session`, requestOf(credential, {}))) as Session
      } catch (error) {
        if (error instanceof ConnectionError && error.status === 401) return null
        throw error
      }
    },
    end: async sessionId => {
      await json(`${api}/v1/portal-sessions/${sessionId}`, { ...requestOf(credential, {}), method: 'DELETE' })
    },
  }
}

/** The client wants a credential; the request gets the real one. */
const heldElsewhere = 'held-elsewhere'

function fetchAs(credential: Credential, onRefused: () => void): Fetch {
  return async (url, { headers, ...init }) => {
    const reply = await globalThis.fetch(url, { ...init, ...requestOf(credential, headers) })
    if (reply.status === 401) onRefused()
    return reply
  }
}

function requestOf(credential: Credential, given: Record<string, string>): RequestInit {
  const common = { cache: 'no-store', referrerPolicy: 'no-referrer' } as const
  const others = Object.entries(given).filter(([name]) => name !== 'authorization')
  const headers = { ...Object.fromEntries(others), ...headersOf(credential) }
  return { ...common, credentials: credential.kind === 'cookie' ? 'same-origin' : 'omit', headers }
}

function headersOf(credential: Credential): Record<string, string> {
  if (credential.kind === 'cookie') return { 'keyturn-portal-session': credential.sessionId }
  const { token, tenantId } = credential
  return { authorization: `Bearer ${token}`, ...(tenantId !== null && { 'keyturn-tenant': tenantId }) }
}

async function post(url: string, body: object, credentials: RequestCredentials): Promise<unknown> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  return json(url, { method: 'POST', headers, body: JSON.stringify(body), credentials })
}

async function json(url: string, init: RequestInit): Promise<unknown> {
  try {
    const reply = await fetch(url, { cache: 'no-store', referrerPolicy: 'no-referrer', redirect: 'error', ...init })
    if (!reply.ok) throw new ConnectionError(`answered ${reply.status}`, reply.status)
    return reply.status === 204 ? null : ((await reply.json()) as unknown)
  } catch (error) {
    if (error instanceof ConnectionError) throw error
    // What the browser says of it may show the URL.
    throw new ConnectionError('no reply', null)
  }
}
