import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

// How files get to the disk whole: those of the data folder, and bundles that running functions may be reading.

/** The file holds the text, or what it held before, whenever the process or the machine stops. Mode 0600. */
export function replaceFile(file: string, text: string): void {
  const temporary = `${file}.new`
  synced(openSync(temporary, 'w', 0o600), descriptor => writeFileSync(descriptor, text))
  renameSync(temporary, file)
  synced(openSync(dirname(file), 'r'), () => undefined)
}

function synced(descriptor: number, write: (descriptor: number) => void): void {
  try {
    write(descriptor)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Writes the file in one step, so that nobody ever reads half of it; does nothing where it holds the same already. */
export function replaceChangedFile(file: string, contents: Uint8Array): void {
  if (readIfThere(file)?.equals(contents)) return
  makeFolder(dirname(file))
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, contents)
  renameSync(temporary, file)
}

/** What the file holds; null where there is no file. Throws Node's own error when it cannot be read. */
export function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/**
 * Makes the folder and those above it that are missing. Throws Node's own error where that cannot be done. It goes one
 * by one: below `/proc`, the recursive `mkdir` of Node 20 tries again without end.
 */
export function makeFolder(folder: string, mode = 0o777): void {
  if (isFolder(folder)) return
  const above = dirname(folder)
  if (above !== folder) makeFolder(above, mode)
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    // Another process may have been faster.
    if (systemCode(error) !== 'EEXIST' || !isFolder(folder)) throw error
  }
}

/** Throws Node's own error where a file stands above it: with `throwIfNoEntry`, Node 22 takes that for missing. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Whether a system call failed because there is no such file. */
export function isMissing(error: unknown): boolean {
  return systemCode(error) === 'ENOENT'
}

/** The code of a system call's error, such as `EACCES`; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
