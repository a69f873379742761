/** The id or alias that a `KeyId` means: itself, or the last part of an ARN. */
export function kmsKeyName(keyId: string): string {
  const [, id, alias] = /^arn:aws:kms:[a-z0-9-]+:[0-9]+:(?:key\/(.+)|(alias\/.+))$/.exec(keyId) ?? []
  return id ?? alias ?? keyId
}
