import { createHash } from 'node:crypto'
import { AwsError } from '../aws-error'
import type { SecretValue } from './secret-state'

const maxBytes = 65_536

export interface ValueInput {
  readonly SecretString?: string | undefined
  readonly SecretBinary?: string | undefined
}

/** The value of a request, null where it brings none. @throws {AwsError} for two values, an empty one or over 64 KiB */
export function valueOf({ SecretString, SecretBinary }: ValueInput): SecretValue | null {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw new AwsError(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    )
  }
  if (SecretString !== undefined) return sized(SecretString, 'secretString', { SecretString })
  if (SecretBinary === undefined) return null
  const bytes = Buffer.from(SecretBinary, 'base64')
  return sized(bytes, 'secretBinary', { SecretBinary: bytes.toString('base64') })
}

function sized(content: string | Buffer, member: string, value: SecretValue): SecretValue {
  const bytes = Buffer.byteLength(content)
  if (bytes >= 1 && bytes <= maxBytes) return value
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ` +
      `Member must have length between 1 and ${maxBytes}, inclusive`,
  )
}

/** Equal digests mean equal values of the same kind. */
export function digestOf(value: SecretValue): string {
  const [kind, content] = 'SecretString' in value ? ['string', value.SecretString] : ['binary', value.SecretBinary]
  return createHash('sha256').update(`${kind}:${content}`).digest('hex')
}
