/** The TypeError of a call with these in place of what the types want. */
export function refusal(call: (...given: never[]) => unknown, ...given: readonly unknown[]): string {
  try {
    Reflect.apply(call, undefined, given)
    return 'nothing'
  } catch (error) {
    if (error instanceof TypeError) return error.message
    throw error
  }
}
