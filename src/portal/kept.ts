import type { CreateBody, RotateBody } from '../client'

// What a tab remembers over a reload: which session it has, and which secrets nobody has closed. Never a secret, a token
// or a cookie; a code only between "Continue" and the answer to it.

/** As much of `sessionStorage` as is used. */
export interface TabStorage {
  getItem(name: string): string | null
  setItem(name: string, value: string): void
  removeItem(name: string): void
}

/** A code that is being exchanged, with the other half of the pair: the same pair gets the same answer for a minute. */
export interface Opening {
  readonly code: string
  readonly nonce: string
}

/** A request that reveals a secret, as it was sent: the same again shows the same secret. */
export type Pending = PendingRotation | PendingCreation | PendingOwnRotation

interface PendingRequest {
  readonly idempotencyKey: string
  /** Whose request it is. Anybody else's repeat would be another request. */
  readonly tenantId: string
  readonly subject: string
  /** When it was confirmed, in ISO 8601. */
  readonly at: string
}

export interface PendingRotation extends PendingRequest {
  readonly kind: 'rotate'
  readonly endpointId: string
  readonly body: RotateBody
}

export interface PendingCreation extends PendingRequest {
  readonly kind: 'create'
  readonly body: CreateBody
}

/** Of a contract's own route, which takes no body. */
export interface PendingOwnRotation extends PendingRequest {
  readonly kind: 'own-route'
  readonly contract: string
  readonly endpointId: string
}

const names = { session: 'keyturn-session', opening: 'keyturn-opening', pending: 'keyturn-pending' } as const

/** The API knows a repeat for 24 hours; one that may come later is not made. */
const mostHours = 23

export function keptSessionId(storage: TabStorage): string | null {
  const id = storage.getItem(names.session)
  return id !== null && /^ps_[0-9a-z]{24}$/.test(id) ? id : null
}

export function keepSessionId(storage: TabStorage, id: string | null): void {
  if (id === null) storage.removeItem(names.session)
  else storage.setItem(names.session, id)
}

export function keptOpening(storage: TabStorage): Opening | null {
  const { code, nonce } = Object(parsed(storage.getItem(names.opening))) as Partial<Record<string, unknown>>
  return typeof code === 'string' && typeof nonce === 'string' ? { code, nonce } : null
}

export function keepOpening(storage: TabStorage, opening: Opening | null): void {
  if (opening === null) storage.removeItem(names.opening)
  else storage.setItem(names.opening, JSON.stringify(opening))
}

/** Those of this tenant and person that can still be repeated, oldest first. */
export function keptPending(
  storage: TabStorage,
  whose: { readonly tenantId: string; readonly subject: string },
  now: Date,
): readonly Pending[] {
  return allPending(storage).filter(
    ({ tenantId, subject, at }) =>
      tenantId === whose.tenantId &&
      subject === whose.subject &&
      now.getTime() - Date.parse(at) < mostHours * 3_600_000,
  )
}

/** It is there before the request is sent. */
export function keepPending(storage: TabStorage, pending: Pending): void {
  storePending(storage, [...withoutPending(storage, pending.idempotencyKey), pending])
}

export function forgetPending(storage: TabStorage, idempotencyKey: string): void {
  storePending(storage, withoutPending(storage, idempotencyKey))
}

function withoutPending(storage: TabStorage, idempotencyKey: string): readonly Pending[] {
  return allPending(storage).filter(pending => pending.idempotencyKey !== idempotencyKey)
}

function storePending(storage: TabStorage, all: readonly Pending[]): void {
  if (all.length === 0) storage.removeItem(names.pending)
  else storage.setItem(names.pending, JSON.stringify(all))
}

function allPending(storage: TabStorage): readonly Pending[] {
  const all = parsed(storage.getItem(names.pending))
  return Array.isArray(all) ? all.filter(isPending) : []
}

function isPending(value: unknown): value is Pending {
  const given = Object(value) as Record<string, unknown>
  const { kind, idempotencyKey, tenantId, subject, at, endpointId, contract, body } = given
  const own: Readonly<Record<string, readonly unknown[]>> = {
    rotate: [endpointId],
    create: [],
    'own-route': [endpointId, contract],
  }
  const texts = [idempotencyKey, tenantId, subject, at, ...(own[String(kind)] ?? [null])]
  const hasBody = kind === 'own-route' || (typeof body === 'object' && body !== null)
  return hasBody && texts.every(text => typeof text === 'string')
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown)
  } catch {
    // Somebody else's, or half of one.
    return null
  }
}

/** The tab's own storage; where the browser lets nobody have one, as in some frames, one that lasts until a reload. */
export function tabStorage(own: () => TabStorage): TabStorage {
  try {
    const storage = own()
    storage.getItem(names.session)
    return storage
  } catch {
    // Reading `sessionStorage` throws there.
    return memoryStorage()
  }
}

export function memoryStorage(): TabStorage {
  const values = new Map<string, string>()
  return {
    getItem: name => values.get(name) ?? null,
    setItem: (name, value) => void values.set(name, value),
    removeItem: name => void values.delete(name),
  }
}
