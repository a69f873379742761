/** Every tenant id, of every contract. `#` and `/` would reach into other keys of the table and other mirrors' names. */
export const tenantIdPattern = /^[A-Za-z0-9_.:-]{1,128}$/

const idBytes = 12

/** `<prefix>_` and 24 hex characters. */
export function newId(prefix: 'key' | 'chg' | 'inc' | 'evt' | 'att', randomBytes: (count: number) => Buffer): string {
  return `${prefix}_${randomBytes(idBytes).toString('hex')}`
}
