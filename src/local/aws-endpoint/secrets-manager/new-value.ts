import { AwsError } from '../aws-error'
import { addVersion } from './add-version'
import type { SecretState, SecretValue } from './secret-state'
import type { SecretChange } from './secret-store'
import { digestOf, valueOf } from './secret-value'
import type { ValueInput } from './secret-value'

/** A value on its way to become a version. */
export interface NewValue {
  readonly versionId: string
  readonly digest: string
  readonly value: SecretValue
}

/**
 * The value that a request brings, null where it brings none. The `ClientRequestToken` becomes the version's id.
 * @throws {AwsError} `InvalidParameterException`, `InvalidRequestException`, `ValidationException`
 */
export function newValueOf(input: ValueInput & { readonly ClientRequestToken?: string | undefined }): NewValue | null {
  if (input.ClientRequestToken !== undefined) checkToken(input.ClientRequestToken)
  const value = valueOf(input)
  if (value === null) return null
  return { versionId: tokenOf(input.ClientRequestToken), digest: digestOf(value), value }
}

/** The secret with the value as a version that has the labels; null moves AWSCURRENT to it. @throws as `addVersion` */
export function withValue(
  secret: SecretState,
  { versionId, digest, value }: NewValue,
  { labels, now }: { readonly labels: readonly string[] | null; readonly now: Date },
): SecretChange {
  return { secret: addVersion(secret, { id: versionId, digest, labels }, now), value: { ...value, versionId } }
}

function checkToken({ length }: string): void {
  if (length >= 32 && length <= 64) return
  throw new AwsError('InvalidParameterException', 'ClientRequestToken must be 32-64 characters long.')
}

/** SDKs make a token up; a raw request must bring it. */
function tokenOf(token: string | undefined): string {
  if (token !== undefined) return token
  const message = 'You must provide a ClientRequestToken value. We recommend a UUID-type value.'
  throw new AwsError('InvalidRequestException', message)
}
