import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import { systemCode } from '../../scripts/files'
import { OperatorError } from '../operator-error'

// Where Secrets Manager and SQS keep what they have, and the two ways in which their writes are ordered.

/** JSON values under sorted text keys. */
export interface Database {
  get(key: string): Promise<unknown>
  /** All of it or nothing, and on the disk when the promise is kept. */
  write(changes: Changes): Promise<void>
  values(range: KeyRange): AsyncIterable<unknown>
  close(): Promise<void>
}

export interface Changes {
  readonly put: ReadonlyMap<string, unknown>
  readonly remove: readonly string[]
}

export interface KeyRange {
  /** The least key, inclusive. */
  readonly from: string
  /** The end, exclusive. */
  readonly before: string
  readonly descending: boolean
}

/**
 * Opens the database in `folder`, or in memory. Rejects with Node's own error where the folder cannot be used.
 * @throws {OperatorError} for a database that is damaged, or open elsewhere
 */
export async function openDatabase(folder: string | null): Promise<Database> {
  const level: Pick<MemoryLevel<string, unknown>, 'open' | 'get' | 'batch' | 'values' | 'close'> = folder === null
    ? new MemoryLevel<string, unknown>({ valueEncoding: 'json' })
    : new ClassicLevel<string, unknown>(folder, { valueEncoding: 'json' })
  await level.open().catch((error: unknown) => {
    throw openFault(folder, error)
  })
  return {
    get: key => level.get(key),
    write: changes => level.batch(operationsOf(changes), onDisk),
    values: ({ from, before, descending }) => level.values({ gte: from, lt: before, reverse: descending }),
    close: () => level.close(),
  }
}

const faults: Readonly<Record<string, string>> = {
  LEVEL_LOCKED: 'another process has it open',
  LEVEL_CORRUPTION: 'it is damaged: restore it, or begin anew with --fresh',
}

/** The cause tells what the error itself does not: LevelDB's own fault, or a file's. */
function openFault(folder: string | null, error: unknown): unknown {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const code = systemCode(cause) ?? ''
  if (!code.startsWith('LEVEL_')) return cause
  const why = faults[code] ?? (cause instanceof Error ? cause.message : code)
  return new OperatorError(`the database ${folder} cannot be opened: ${why}`, { cause: error })
}

/** LevelDB's own option; the in-memory kind ignores it. */
const onDisk: object = { sync: true }

function operationsOf({ put, remove }: Changes) {
  return [
    ...remove.map(key => ({ type: 'del' as const, key })),
    ...[...put].map(([key, value]) => ({ type: 'put' as const, key, value })),
  ]
}

/** Runs pieces of work one after another where they share a key, and side by side where they do not. */
export type OneAtATime = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

export function oneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}

/** Writes that come while another is under way go to the disk together: one wait for the disk serves them all. */
export function groupedWrites(database: Pick<Database, 'write'>): Database['write'] {
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

/** All changes as one; where several change one key, the last counts. */
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
