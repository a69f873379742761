import { Problem, type FieldError } from '../../rotation/problem'
import { invalidFields } from './invalid-field'
import type { JsonObject } from './json-object'

/** Reads the fields of one object, and gathers what is wrong with them. */
export interface Fields {
  /** What `reader` makes of the field; undefined where the field is absent or at fault. */
  read<Result>(name: string, reader: (value: unknown) => Result): Result | undefined
  /**
   * To be called once every field has been read.
   * @throws {Problem} `invalid-request` with all that was wrong
   */
  finish(): void
}

/** `within`: the path of the object itself, if it is not the body. */
export function fieldsOf(object: JsonObject, unknownFields: 'refuse' | 'ignore', within = ''): Fields {
  const known = new Set<string>()
  const errors: FieldError[] = []
  return {
    read: (name, reader) => {
      known.add(name)
      return Object.hasOwn(object, name) ? gather(errors, () => reader(object[name])) : undefined
    },
    finish: () => {
      const unknown = unknownFields === 'ignore' ? [] : Object.keys(object).filter(name => !known.has(name))
      const message = `is not known; known are: ${[...known].join(', ') || 'none'}`
      errors.push(...unknown.map(name => ({ path: within + name, message })))
      if (errors.length > 0) throw invalidFields(errors)
    },
  }
}

function gather<Result>(errors: FieldError[], read: () => Result): Result | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid-request') throw error
    errors.push(...error.errors)
    return undefined
  }
}
