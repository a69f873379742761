import { KeyturnError } from '../../../src/client'

/** The error that the call rejects with. */
export async function failureOf(call: Promise<unknown>): Promise<KeyturnError> {
  const outcome = await call.then(
    () => null,
    (error: unknown) => error,
  )
  if (outcome instanceof KeyturnError) return outcome
  throw new Error(`no KeyturnError, but ${String(outcome)}`)
}
