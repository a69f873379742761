import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'

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

/** JSON values under sorted text keys. */
export interface Database {
  get(key: string): Promise<unknown>
  /** All of it or nothing, and on the disk when the promise is kept. */
  write(changes: Changes): Promise<void>
  values(range: KeyRange): AsyncIterable<unknown>
  close(): Promise<void>
}

/** Opens the database in `folder`, or in memory. Rejects when another process has the folder open. */
export async function openDatabase(folder: string | null): Promise<Database> {
  const level: Pick<MemoryLevel<string, unknown>, 'open' | 'get' | 'batch' | 'values' | 'close'> = folder === null
    ? new MemoryLevel<string, unknown>({ valueEncoding: 'json' })
    : new ClassicLevel<string, unknown>(folder, { valueEncoding: 'json' })
  await level.open()
  return {
    get: key => level.get(key),
    write: changes => level.batch(operationsOf(changes), onDisk),
    values: ({ from, before, descending }) => level.values({ gte: from, lt: before, reverse: descending }),
    close: () => level.close(),
  }
}

/** LevelDB's own option; the in-memory kind ignores it. */
const onDisk: object = { sync: true }

function operationsOf({ put, remove }: Changes) {
  return [
    ...remove.map(key => ({ type: 'del' as const, key })),
    ...[...put].map(([key, value]) => ({ type: 'put' as const, key, value })),
  ]
}
