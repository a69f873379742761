import { type Fetch, type KeyturnClient, keyturnClient, KeyturnError, type SessionReply } from '../client'
import { type Mount, ownBasePath } from '../contracts/routes'
import { followServer } from './clock'

// How the page speaks to the API: as the page session of a cookie, or with a token that is in memory alone.

/** `cookie`: the browser holds the token, and each request names the session. `token`: of an embedded page. */
export type Credential =
  | { readonly kind: 'cookie'; readonly sessionId: string }
  /** `tenantId`: for a platform's session of several tenants; null: it has one. */
  | { readonly kind: 'token'; readonly token: string; readonly tenantId: string | null }

export type Session = SessionReply
export type Scope = SessionReply['scopes'][number]

/** Where the page stands: `https://hooks.example.com`, and its path. */
export interface Place {
  readonly origin: string
  readonly pathname: string
}

/** The contracts of the deployment. @throws {TypeError} where no such file came */
export async function readMounts({ origin, pathname }: Place): Promise<readonly Mount[]> {
  const folder = pathname.replace(/\/portal(?:\/.*)?$/, '/portal')
  const reply = await fetch(`${origin}${folder}/mounts.json`, { credentials: 'omit', redirect: 'error' })
  if (!reply.ok) throw new TypeError('the deployment does not say its contracts')
  // As scripts/portal-files.ts writes it.
  return (await reply.json()) as readonly Mount[]
}

/** Where the own API answers: that of the contract whose operations reach every endpoint. */
export function apiUrl({ origin }: Place, mounts: readonly Mount[]): string {
  return origin + ownBasePath(mounts)
}

/** A client without a credential: for links. `mode` says whether a cookie may be kept. */
export function openClient(api: string, mode: 'page' | 'embed'): KeyturnClient {
  const credentials = mode === 'page' ? 'same-origin' : 'omit'
  return keyturnClient({
    baseUrl: api,
    credential: heldElsewhere,
    fetch: (url, init) => globalThis.fetch(url, { ...init, ...quiet, credentials }),
  })
}

/** 32 random bytes in base64url. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return btoa(String.fromCodePoint(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

export interface Connection {
  readonly client: KeyturnClient
  /** Who this is; null: nobody any more. @throws {KeyturnError} */
  session(): Promise<Session | null>
  /** For a contract's own route. */
  readonly fetch: Fetch
}

/** `onRefused` is told when the credential is no longer good. */
export function connect(api: string, credential: Credential, onRefused: () => void): Connection {
  const fetch = fetchAs(credential, onRefused)
  const client = keyturnClient({ baseUrl: api, credential: heldElsewhere, fetch })
  const asking = keyturnClient({ baseUrl: api, credential: heldElsewhere, fetch: fetchAs(credential, () => undefined) })
  return { client, fetch, session: () => unlessRefused(asking.session()) }
}

/** Null where the credential is not good. */
async function unlessRefused(session: Promise<Session>): Promise<Session | null> {
  try {
    return await session
  } catch (error) {
    if (error instanceof KeyturnError && error.status === 401) return null
    throw error
  }
}

/** The client wants a credential; the request gets the real one. */
const heldElsewhere = 'held-elsewhere'

const quiet = { cache: 'no-store', referrerPolicy: 'no-referrer' } as const

function fetchAs(credential: Credential, onRefused: () => void): Fetch {
  return async (url, { headers: given, ...init }) => {
    const others = Object.entries(given).filter(([name]) => name !== 'authorization')
    const headers = { ...Object.fromEntries(others), ...headersOf(credential) }
    const credentials = credential.kind === 'cookie' ? 'same-origin' : 'omit'
    const reply = await globalThis.fetch(url, { ...init, ...quiet, credentials, headers })
    followServer(reply)
    if (reply.status === 401) onRefused()
    return reply
  }
}

function headersOf(credential: Credential): Record<string, string> {
  if (credential.kind === 'cookie') return { 'keyturn-portal-session': credential.sessionId }
  const { token, tenantId } = credential
  return { authorization: `Bearer ${token}`, ...(tenantId !== null && { 'keyturn-tenant': tenantId }) }
}
