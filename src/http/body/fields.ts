import { Problem, type FieldError } from '../../rotation/problem'
import type { JsonObject } from './json-object'

const mostErrors = 20
const longestPath = 200

/** One field at fault. */
export function invalidField(path: string, message: string): Problem {
  return invalidFields([{ path, message }])
}

/** `invalid-request`, naming every field at fault, 20 at the most. */
function invalidFields(all: readonly FieldError[]): Problem {
  const errors = all.slice(0, mostErrors).map(({ path, message }) => ({ path: path.slice(0, longestPath), message }))
  const detail = errors.map(({ path, message }) => `${path} ${message}`).join('; ')
  return new Problem('invalid-request', `${detail}.`, { errors })
}

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
      const message = `is not known; known are: ${[...known].join(', ')}`
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
