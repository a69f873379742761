import type { Contract } from '../contracts/contract'
import { mask, newText } from '../contracts/secret-text'
import { newId } from '../core/id'
import { Secret } from '../core/secret'
import { type Endpoint, loggedAs } from './endpoint'
import type { RotationDeps } from './ports'
import { allKeys, liveKeys } from './published'
import type { Key } from './ring'

// A key's secret: made and sealed for a new one, opened for one of the ring. Only KMS can open what it sealed.

/** A key that is not in a ring yet: its time is the change's. */
export type SealedKey = Pick<Key, 'id' | 'sealed' | 'hint' | 'mask'>

const hintCharacters = 4

export interface NewKey {
  readonly sealedKey: SealedKey
  readonly secret: Secret
}

interface KeyOwner {
  readonly tenantId: string
  readonly endpointId: string
  readonly contract: Contract
}

/**
 * Makes a key in the contract's format, or takes the caller's own secret, and seals it. The ciphertext is bound to
 * tenant, endpoint and key: KMS opens it for no other.
 */
export async function newKey(
  deps: Pick<RotationDeps, 'sealer' | 'randomBytes'>,
  owner: KeyOwner,
  ownSecret: Secret | null,
): Promise<NewKey> {
  const format = owner.contract.secret
  const secret = ownSecret ?? new Secret(newText(format, deps.randomBytes))
  const id = newId('key', deps.randomBytes)
  const sealed = await deps.sealer.seal(secret, { tenantId: owner.tenantId, endpointId: owner.endpointId, keyId: id })
  const text = secret.reveal()
  return { secret, sealedKey: { id, sealed, hint: text.slice(-hintCharacters), mask: mask(format, text) } }
}

/** Opened secrets by key id. */
export type OpenedKeys = ReadonlyMap<string, Secret>

type Opener = Pick<RotationDeps, 'sealer'>

export function openKey({ sealer }: Opener, endpoint: Endpoint, key: Key, signal?: AbortSignal): Promise<Secret> {
  return sealer.open(key.sealed, { tenantId: endpoint.tenantId, endpointId: endpoint.id, keyId: key.id }, signal)
}

/** Opens all keys, the published one too, but those that are `known`. */
export async function openRing(
  deps: Opener,
  endpoint: Endpoint,
  { known, signal }: { readonly known: OpenedKeys; readonly signal: AbortSignal },
): Promise<OpenedKeys> {
  const opened = allKeys(endpoint).map(
    async key => [key.id, known.get(key.id) ?? (await openKey(deps, endpoint, key, signal))] as const,
  )
  return new Map(await Promise.all(opened))
}

const openMilliseconds = 1000

/**
 * Opens the keys that the mirror will show beside a new one, while that one is being sealed. What cannot be opened within
 * a second is left to settling.
 */
export async function openForMirror(deps: RotationDeps, endpoint: Endpoint, keys: readonly Key[]): Promise<OpenedKeys> {
  const opened = new Map<string, Secret>()
  if (endpoint.settings.mirror === 'off' || keys.length === 0) return opened
  const signal = deps.timeout(openMilliseconds)
  const outcomes = await Promise.allSettled(
    keys.map(async key => opened.set(key.id, await openKey(deps, endpoint, key, signal))),
  )
  const failed = outcomes.filter(outcome => outcome.status === 'rejected').length
  if (failed > 0) deps.log.error('keys could not be opened for the mirror', { ...loggedAs(endpoint), keys: failed })
  return opened
}

/** A key of the ring and its secret. */
export interface OpenedKey {
  readonly key: Key
  readonly secret: Secret
}

/**
 * The keys but this one that are live, newest first, for a reply that shows them. One that cannot be opened within two
 * seconds is left out, which is logged: the rotation has happened, and its reply must come.
 */
export async function openOlderKeys(
  deps: RotationDeps,
  endpoint: Endpoint,
  keyId: string,
): Promise<readonly OpenedKey[]> {
  const older = liveKeys(endpoint, deps.now()).filter(key => key.id !== keyId)
  const signal = deps.timeout(2 * openMilliseconds)
  const opening = older.map(async key => ({ key, secret: await openKey(deps, endpoint, key, signal) }))
  const outcomes = await Promise.allSettled(opening)
  const opened = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const keys = older.length - opened.length
  if (keys > 0) deps.log.error('keys before could not be opened for a reply', { ...loggedAs(endpoint), keys })
  return opened
}
