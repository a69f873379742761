import type { SecretState } from './secret-state'

const account = '000000000000'
const arnOfName = /^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]+:secret:(.+)$/
const suffixLength = 7

/** The ARN of a new secret; `suffix` is six random letters and digits. */
export function arnOf(region: string, name: string, suffix: string): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`
}

/** The names that a `SecretId` may mean: a name, or an ARN with or without its suffix. */
export function namesOf(secretId: string): readonly string[] {
  const name = arnOfName.exec(secretId)?.[1]
  if (name === undefined) return [secretId]
  return name.length > suffixLength ? [name.slice(0, -suffixLength), name] : [name]
}

/** Whether a `SecretId` means this secret. */
export function means(secretId: string, { name, arn }: SecretState): boolean {
  return secretId === name || secretId === arn || secretId === arn.slice(0, -suffixLength)
}
