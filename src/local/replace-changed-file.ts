import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isMissing } from './file-error'
import { makeFolder } from './make-folder'

/** Writes the file in one step, so that nobody ever reads half of it; does nothing where it holds the same already. */
export function replaceChangedFile(file: string, contents: Uint8Array): void {
  if (readIfThere(file)?.equals(contents)) return
  makeFolder(dirname(file))
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, contents)
  renameSync(temporary, file)
}

function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}
