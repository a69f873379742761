import type { Changes, Database } from '../database'

export type Write = (changes: Changes) => Promise<void>

/** Writes that come while another is under way go to the disk together: one wait for the disk serves them all. */
export function groupedWrites(database: Pick<Database, 'write'>): Write {
  let waiting: Changes[] = []
  let next: Promise<void> | null = null
  let current: Promise<void> = Promise.resolve()
  return changes => {
    waiting.push(changes)
    next ??= current
      .catch(() => undefined)
      .then(() => {
        current = database.write(merged(waiting))
        waiting = []
        next = null
        return current
      })
    return next
  }
}

/** All changes as one; of several of one key the last counts. */
function merged(changes: readonly Changes[]): Changes {
  const put = new Map<string, unknown>()
  const remove = new Set<string>()
  for (const change of changes) {
    for (const key of change.remove) {
      put.delete(key)
      remove.add(key)
    }
    for (const [key, value] of change.put) {
      remove.delete(key)
      put.set(key, value)
    }
  }
  return { put, remove: [...remove] }
}
