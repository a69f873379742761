import type { Contract } from '../contracts/contract'
import { mask, newText } from '../contracts/secret-text'
import type { RotationDeps } from './deps'
import type { Key } from './key-ring'
import { Secret } from './secret'
import { newId } from "../core/id";

/** A key that is not in a ring yet: its time is the change's. */
export type SealedKey = Pick<Key, 'id' | 'sealed' | 'hint' | 'mask'>

const hintCharacters = 4

export interface NewKey {
  readonly sealed: SealedKey
  readonly secret: Secret
}

interface KeyOwner {
  readonly tenantId: string
  readonly endpointId: string
  readonly contract: Contract
}

/** Makes a key of the contract's format, or takes the caller's own secret, and seals it. */
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
  return { secret, sealed: { id, sealed, hint: text.slice(-hintCharacters), mask: mask(format, text) } }
}
