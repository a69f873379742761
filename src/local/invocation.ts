/** What is sent to a worker: one event. */
export interface Invocation {
  /** Lambda's request id. */
  readonly id: string
  readonly event: unknown
  /** When the function is to have answered, in milliseconds since 1970. */
  readonly deadline: number
}

/** What a worker sends: that its bundle is loaded, then for each event the handler's result or the name of what it threw. */
export type WorkerMessage = { readonly kind: 'loaded' } | Outcome

export type Outcome =
  | { readonly id: string; readonly kind: 'result'; readonly result: unknown }
  | { readonly id: string; readonly kind: 'threw'; readonly name: string }

/** `threw`: the handler did. `ended`: the worker ended before it answered. `late`: it took too long and was ended. */
export type InvocationFault = 'threw' | 'ended' | 'late'

export class InvocationError extends Error {
  readonly fault: InvocationFault

  constructor(fault: InvocationFault, message: string) {
    super(message)
    this.name = 'InvocationError'
    this.fault = fault
  }
}
