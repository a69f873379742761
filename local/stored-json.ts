import * as v from 'valibot'
import { readIfThere } from '../scripts/files'
import { OperatorError } from './operator-error'

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
  const contents = readIfThere(stored.file)
  if (contents === null) return null
  const parsed = v.safeParse(stored.schema, parse(contents.toString('utf8')))
  if (parsed.success) return parsed.output
  throw damaged(stored)
}

/** Says that the file is damaged, and what to do about it. */
export function damaged({ file, remedy }: Pick<StoredFile<v.GenericSchema>, 'file' | 'remedy'>): OperatorError {
  return new OperatorError(`${file} is damaged; ${remedy}`)
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
