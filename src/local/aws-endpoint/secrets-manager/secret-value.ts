import { createHash } from 'node:crypto'
import { AwsError } from '../aws-error'
import type { SecretValue } from './secret-state'

const maxBytes = 65_536

export interface ValueInput {
  readonly SecretString?: string | undefined
  readonly SecretBinary?: string | undefined
}

/**
 * The value of a request, null where it brings none; AWS takes an empty one for none.
 * @throws {AwsError} for two values, and for one over 64 KiB
 */
export function valueOf({ SecretString, SecretBinary }: ValueInput): SecretValue | null {
  if (SecretString && SecretBinary) {
    throw new AwsError(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    )
  }
  if (SecretString) return sized(Buffer.byteLength(SecretString), { SecretString })
  if (SecretBinary) return sized(Buffer.byteLength(SecretBinary, 'base64'), { SecretBinary })
  return null
}

function sized(bytes: number, value: SecretValue): SecretValue {
  if (bytes <= maxBytes) return value
  throw new AwsError(
    'ValidationException',
    '1 validation error detected: Value of the secret failed to satisfy constraint: ' +
      `Member must have length less than or equal to ${maxBytes}`,
  )
}

/** Equal digests mean equal values of the same kind. */
export function digestOf(value: SecretValue): string {
  const [kind, content] = 'SecretString' in value ? ['string', value.SecretString] : ['binary', value.SecretBinary]
  return createHash('sha256').update(`${kind}:${content}`).digest('hex')
}
