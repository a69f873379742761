import { AwsError } from '../aws-error'

/** The keys that a secret's value can be sealed with; Secrets Manager asks KMS for a data key of it. */
export interface SecretKeys {
  /** By id, alias, or the ARN of either. */
  exists(keyId: string): boolean
}

/** AWS's own key, which an empty id means too. */
const managed = ['', 'alias/aws/secretsmanager']

/** @throws {AwsError} `InvalidParameterException` for a key that does not exist */
export function checkKmsKey(keys: SecretKeys, keyId: string | undefined): void {
  if (keyId === undefined || managed.includes(keyId) || keys.exists(keyId)) return
  const message = 'The operation failed because of an invalid KMS key: Invalid keyId'
  throw new AwsError('InvalidParameterException', message)
}
