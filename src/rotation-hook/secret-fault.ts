import type { Contract } from '../contracts/contract'
import { keyBytesOf } from '../contracts/secret-key'
import { isPossibleLength } from '../contracts/secret-text'
import { keyBytes } from '../verify/key-bytes'

/** Why deliveries cannot be verified with a secret. Stable, as all codes: logs name them. */
export type NewSecretFault = 'secret-with-whitespace' | 'secret-malformed'
/** Why a secret that stood in the version before is not kept. */
export type KeptSecretFault = NewSecretFault | 'secret-length'

/**
 * Why deliveries could not be verified with a secret of the vendor, or null. A new secret's length is the vendor's own
 * affair. Whitespace around it is never taken off; it is the fault only where it keeps the secret from being a key.
 */
export function faultOfNew(contract: Contract, secret: string): NewSecretFault | null {
  const { prefix } = contract.secret
  const fault = hasWhitespace(secret) ? 'secret-with-whitespace' : 'secret-malformed'
  if (!secret.startsWith(prefix) || secret.slice(prefix.length).trim() === '') return fault
  try {
    return keyBytes(secret, keyBytesOf(contract)).length > 0 ? null : fault
  } catch (error) {
    if (error instanceof TypeError) return fault
    throw error
  }
}

/**
 * Why a secret that stood in the version before cannot have been the vendor's, or null. Anybody may have put a text there
 * before the first rotation, and what is kept verifies deliveries.
 */
export function faultOfKept(contract: Contract, secret: string): KeptSecretFault | null {
  const fault = faultOfNew(contract, secret)
  if (fault !== null) return fault
  if (hasWhitespace(secret)) return 'secret-with-whitespace'
  return isPossibleLength(contract, secret) ? null : 'secret-length'
}

export function hasWhitespace(secret: string): boolean {
  return secret.trim() !== secret
}
