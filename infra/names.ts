import { createHash } from 'node:crypto'

const hashCharacters = 8

/**
 * `name` as functions, roles and alarms can be called: letters, digits, `_` and `-`, at most `limit` of them. What has to be
 * changed for that is told apart by a hash of the whole name, and so are capital letters: IAM takes `A` and `a` for one role.
 */
export function derivedName(name: string, limit: number): string {
  if (name.length <= limit && /^[a-z0-9_-]+$/.test(name)) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashCharacters)
  const plain = name.replaceAll(/[^A-Za-z0-9_-]/g, '-')
  return `${plain.slice(0, limit - hash.length - 1)}-${hash}`
}
