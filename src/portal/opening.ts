import { type DescribePortalSessionReply, KeyturnError } from '../client'
import type { Mount } from '../contracts/routes'
import {
  apiUrl,
  connect,
  type Connection,
  type Credential,
  newNonce,
  openClient,
  type Place,
  readMounts,
  type Session,
} from './connection'
import type { Handed } from './handed'
import { keepOpening, keepSessionId, keptOpening, keptSessionId, type TabStorage } from './kept'

// From a link, or from what a parent hands over, to an open session. Nothing is used up before somebody says so.

export interface Deployment {
  readonly mounts: readonly Mount[]
  readonly api: string
}

/** A session that is open. `origin`: of the parent; null: of a page that is in no frame. */
export interface Live {
  readonly session: Session
  readonly credential: Credential
  readonly connection: Connection
  readonly origin: string | null
}

export type Opened =
  | { readonly kind: 'none' }
  /** The link does not work; `live` is the session that the tab has. */
  | { readonly kind: 'bad-link'; readonly live: Live | null }
  /** The platform's own session, which a parent handed over, is refused: it is over, or not for this tenant. */
  | { readonly kind: 'bad-session'; readonly live: Live | null }
  /** Whose link it is; `live` is another's session that it would replace. */
  | { readonly kind: 'ask'; readonly asked: Asked }
  | { readonly kind: 'wrong-parent' }
  /** The link was good, and the browser kept no cookie of the session. */
  | { readonly kind: 'no-cookie' }
  | { readonly kind: 'open'; readonly live: Live }

export interface Asked {
  readonly code: string
  readonly described: DescribePortalSessionReply
  readonly live: Live | null
  readonly origin: string | null
}

export interface Opener {
  readonly deployment: Deployment
  readonly storage: TabStorage
  /** The credential is no longer good. */
  readonly onRefused: (credential: Credential) => void
}

/** @throws {TypeError} */
export async function readDeployment(place: Place): Promise<Deployment> {
  const mounts = await readMounts(place)
  return { mounts, api: apiUrl(place, mounts) }
}

/** What a page session begins with: the tab's own session, the link that was opened, or both. @throws {KeyturnError} */
export async function openPage(opener: Opener, code: string | null): Promise<Opened> {
  const live = await keptSession(opener)
  if (code !== null) return ask(opener, { code, live, origin: null })
  const opening = keptOpening(opener.storage)
  if (opening !== null) return exchanged(opener, { ...opening, origin: null, replaces: live })
  return live === null ? { kind: 'none' } : { kind: 'open', live }
}

/** What a parent has handed over. @throws {KeyturnError} */
export async function openHanded(opener: Opener, handed: Handed, live: Live | null): Promise<Opened> {
  const { origin } = handed
  if (handed.kind === 'code') return ask(opener, { code: handed.code, live, origin })
  const { token, tenantId } = handed
  try {
    const opened = await sessionOf(opener, { kind: 'token', token, tenantId }, origin)
    return opened === null ? { kind: 'bad-session', live } : { kind: 'open', live: opened }
  } catch (error) {
    if (isRefusal(error)) return { kind: 'bad-session', live }
    throw error
  }
}

/**
 * Uses the code up, after somebody has said "Continue"; a session that it replaces is ended.
 * @throws {KeyturnError}
 */
export async function proceed(opener: Opener, { code, live, origin }: Asked): Promise<Opened> {
  const opening = { code, nonce: newNonce() }
  if (origin === null) keepOpening(opener.storage, opening)
  return exchanged(opener, { ...opening, origin, replaces: live })
}

async function keptSession(opener: Opener): Promise<Live | null> {
  const sessionId = keptSessionId(opener.storage)
  if (sessionId === null) return null
  const live = await sessionOf(opener, { kind: 'cookie', sessionId }, null)
  if (live === null) keepSessionId(opener.storage, null)
  return live
}

async function ask(opener: Opener, asked: Omit<Asked, 'described'>): Promise<Opened> {
  try {
    const described = await openClient(opener.deployment.api, 'embed').describePortalSession({ code: asked.code })
    return { kind: 'ask', asked: { ...asked, described } }
  } catch (error) {
    if (isRefusal(error)) return { kind: 'bad-link', live: asked.live }
    throw error
  }
}

interface Exchanging {
  readonly code: string
  readonly nonce: string
  readonly origin: string | null
  readonly replaces: Live | null
}

async function exchanged(opener: Opener, { code, nonce, origin, replaces }: Exchanging): Promise<Opened> {
  const { deployment, storage } = opener
  try {
    const mode = origin === null ? 'page' : 'embed'
    const client = openClient(deployment.api, mode)
    const { id, token, parentOrigins } = await client.exchangePortalSession({ code, nonce })
    const credential: Credential =
      token === null ? { kind: 'cookie', sessionId: id } : { kind: 'token', token, tenantId: null }
    keepOpening(storage, null)
    // A page by itself is no parent that a session could list, and a cookie is for none.
    const isForHere = origin === null ? token === null : parentOrigins.includes(origin)
    if (!isForHere) return await endedFor(opener, credential, id)
    if (origin === null) keepSessionId(storage, id)
    if (replaces !== null) await endQuietly(replaces)
    const live = await sessionOf(opener, credential, origin)
    if (live !== null) return { kind: 'open', live }
    return credential.kind === 'cookie' ? { kind: 'no-cookie' } : { kind: 'bad-link', live: null }
  } catch (error) {
    if (!isRefusal(error)) throw error
    keepOpening(storage, null)
    return { kind: 'bad-link', live: replaces }
  }
}

/** Somebody else's site has the link: the session is nobody's any more. */
async function endedFor({ deployment, onRefused }: Opener, credential: Credential, id: string): Promise<Opened> {
  await connect(deployment.api, credential, () => onRefused(credential)).client.endPortalSession(id)
  return { kind: 'wrong-parent' }
}

async function sessionOf(
  { deployment, onRefused }: Opener,
  credential: Credential,
  origin: string | null,
): Promise<Live | null> {
  const connection = connect(deployment.api, credential, () => onRefused(credential))
  const session = await connection.session()
  return session === null ? null : { session, credential, connection, origin }
}

/** It ends by itself too, in minutes. */
async function endQuietly({ session, connection }: Live): Promise<void> {
  try {
    if (session.id !== null) await connection.client.endPortalSession(session.id)
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error
  }
}

/** Whether the server answered that it is not to be. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof KeyturnError ? error.status : null
  return status !== null && status >= 400 && status < 500 && status !== 429
}

/** Whether two sessions are of the same person in the same account. */
export function isSamePerson(
  one: Pick<Session, 'subject' | 'tenantId'>,
  other: Pick<Session, 'subject' | 'tenantId'>,
): boolean {
  return one.subject === other.subject && one.tenantId === other.tenantId
}
