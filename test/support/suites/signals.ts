/** A signal that never aborts. */
export const unhurried = new AbortController().signal

/** A signal that has aborted already. */
export const aborted = AbortSignal.abort()
