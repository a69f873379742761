import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { ClassicLevel } from 'classic-level'
import type { Place } from './find-canaries'

/** Every file below a folder, those that `except` names left out. */
export async function filesBelow(folder: string, except: readonly string[] = []): Promise<readonly Place[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  const wanted = files.filter(file => !except.some(path => relative(folder, file).startsWith(path)))
  return Promise.all(
    wanted.map(async file => ({ name: relative(folder, file).split(/[/\\]\d/)[0] ?? '', bytes: await readFile(file) })),
  )
}

/**
 * All entries of a LevelDB database, of which files show only what is not compressed; it is compacted on the way.
 * Audit records are a place of their own.
 */
export async function entriesOf(folder: string, name: string): Promise<readonly Place[]> {
  const database = new ClassicLevel<Buffer, Buffer>(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer' })
  const places: Place[] = []
  for await (const [key, value] of database.iterator()) {
    places.push({ name: value.includes('"ROTATION#') ? 'audit' : name, bytes: Buffer.concat([key, value]) })
  }
  await database.compactRange(Buffer.alloc(0), Buffer.alloc(16, 255))
  await database.close()
  return places
}
