import { AwsError } from '../aws-error'
import type { SecretState } from './secret-state'

/** @throws {AwsError} `InvalidRequestException` for a secret that is scheduled for deletion */
export function checkNotDeleted({ deletesAt }: SecretState): void {
  if (deletesAt === null) return
  throw new AwsError(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  )
}
