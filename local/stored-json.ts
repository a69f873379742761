import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { OperatorError } from './operator-error'
import { isMissing } from '../scripts/files'

/** A file of the data folder that holds JSON. */
export interface StoredFile<Schema extends v.GenericSchema> {
  readonly file: string
  readonly schema: Schema
  /** What to do when it is damaged, to be put after a semicolon. */
  readonly remedy: string
}

/**
 * What the file holds; null where there is no file.
 * @throws {OperatorError} naming the file, when it is damaged; Node's own error, when it cannot be read
 */
export function readStored<Schema extends v.GenericSchema>(stored: StoredFile<Schema>): v.InferOutput<Schema> | null {
  const text = readIfThere(stored.file)
  if (text === null) return null
  const parsed = v.safeParse(stored.schema, parse(text))
  if (parsed.success) return parsed.output
  throw damaged(stored)
}

export function damaged({ file, remedy }: Pick<StoredFile<v.GenericSchema>, 'file' | 'remedy'>): OperatorError {
  return new OperatorError(`${file} is damaged; ${remedy}`)
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Undefined for what is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
