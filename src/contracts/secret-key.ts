import type { KeyBytes } from '../verify/key-bytes'
import type { Scheme } from '../verify/schemes'
import type { Contract } from './contract'
import type { secretKeys } from './dimensions'

type Signed = Pick<Contract, 'secret' | 'signing'>

/** What of a secret's text is the HMAC key. A scheme that decodes its keys says so, and not from which encoding. */
export function secretKeyOf({ secret, signing }: Signed): (typeof secretKeys)[number] {
  return secret.key ?? (signing.keyBytes.encoding === 'utf8' ? 'text' : 'bytes')
}

/** How the contract's secrets become keys: its prefix and its encoding, as `secret` says them. */
export function keyBytesOf(contract: Signed): KeyBytes {
  const { prefix, encoding } = contract.secret
  const key = secretKeyOf(contract)
  if (key !== 'bytes') return { encoding: 'utf8', prefix: key === 'text' ? '' : prefix }
  switch (encoding) {
    case 'base64':
    case 'base64url':
    case 'hex':
      return { encoding, prefix }
    case 'upper-hex':
      return { encoding: 'hex', prefix }
    case 'alphanumeric':
    case 'upper-alphanumeric':
    case 'uuid':
      // Refused where the contract is mounted.
      return { encoding: 'utf8', prefix }
  }
}

/** How deliveries of the contract are signed, with its own keys. Receivers verify with this. */
export function schemeOf(contract: Signed): Scheme {
  return { ...contract.signing, keyBytes: keyBytesOf(contract) }
}
