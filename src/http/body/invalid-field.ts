import { Problem, type FieldError } from '../../rotation/problem'

const mostErrors = 20
const longestPath = 200

/** One field at fault. */
export function invalidField(path: string, message: string): Problem {
  return invalidFields([{ path, message }])
}

/** `invalid-request`, naming every field at fault, 20 at the most. */
export function invalidFields(all: readonly FieldError[]): Problem {
  const errors = all.slice(0, mostErrors).map(({ path, message }) => ({ path: path.slice(0, longestPath), message }))
  const detail = errors.map(({ path, message }) => `${path} ${message}`).join('; ')
  return new Problem('invalid-request', `${detail}.`, { errors })
}
