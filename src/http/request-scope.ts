import { AsyncLocalStorage } from 'node:async_hooks'

const scope = new AsyncLocalStorage<string>()

/** Runs `run` and all that it awaits under the request's id, apart from what other requests do meanwhile. */
export function inRequestScope<Result>(requestId: string, run: () => Promise<Result>): Promise<Result> {
  return scope.run(requestId, run)
}

/** The id of the request that this code runs for; null outside of any. */
export function currentRequestId(): string | null {
  return scope.getStore() ?? null
}
