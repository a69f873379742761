import type { SecretState } from './secret-state'

export const filterKeys = ['name', 'description', 'tag-key', 'tag-value'] as const

/** One of the values must match; a value that starts with `!` matches what the rest of it does not. */
export interface Filter {
  readonly Key: (typeof filterKeys)[number]
  readonly Values: readonly string[]
}

/** Whether the secret passes every filter. Values are prefixes; only the description's ignore upper and lower case. */
export function matches(secret: SecretState, filters: readonly Filter[]): boolean {
  return filters.every(({ Key, Values }) =>
    Values.some(value =>
      value.startsWith('!') ? !hasPrefix(secret, Key, value.slice(1)) : hasPrefix(secret, Key, value),
    ),
  )
}

/** What the name of every match starts with, so that nothing else need be read. */
export function namePrefixOf(filters: readonly Filter[]): string {
  const prefixes = filters.flatMap(({ Key, Values }) => (Key === 'name' && Values.length === 1 ? Values : []))
  return prefixes.find(prefix => !prefix.startsWith('!')) ?? ''
}

function hasPrefix(secret: SecretState, key: Filter['Key'], prefix: string): boolean {
  switch (key) {
    case 'name':
      return secret.name.startsWith(prefix)
    case 'description':
      return (secret.description ?? '').toLowerCase().startsWith(prefix.toLowerCase())
    case 'tag-key':
      return Object.keys(secret.tags).some(tag => tag.startsWith(prefix))
    case 'tag-value':
      return Object.values(secret.tags).some(tag => tag.startsWith(prefix))
  }
}
