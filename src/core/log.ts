import { AsyncLocalStorage } from 'node:async_hooks'
import { cutText } from './cut-text'

/** What a log line may carry: no object, so no `Secret` and no request. */
export type Fields = Readonly<Record<string, string | number | boolean>>

export interface Log {
  info(message: string, fields: Fields): void
  error(message: string, fields: Fields): void
}

export type LogLevel = 'info' | 'error'

export interface JsonLogSettings {
  readonly level: LogLevel
  readonly now: () => Date
  /** Takes one line, without its end. */
  readonly write: (line: string) => void
}

/** Writes one JSON object a line: `{level, message, timestamp, requestId, …fields}`, and what `nameInLog` was given. */
export function jsonLog({ level, now, write }: JsonLogSettings): Log {
  const line = (lineLevel: LogLevel, message: string, fields: Fields): void => {
    const head = { level: lineLevel, message, timestamp: now().toISOString(), requestId: currentRequestId() }
    write(JSON.stringify({ ...fields, ...scope.getStore()?.named, ...head }))
  }
  return {
    info: (message, fields) => {
      if (level === 'info') line('info', message, fields)
    },
    error: (message, fields) => line('error', message, fields),
  }
}

/** One request, and what its log lines say besides their own fields. */
interface RequestScope {
  readonly requestId: string
  named: Fields
}

const scope = new AsyncLocalStorage<RequestScope>()

/** Runs `run` and all that it awaits under the request's id, apart from what other requests do meanwhile. */
export function inRequestScope<Result>(requestId: string, run: () => Promise<Result>): Promise<Result> {
  return scope.run({ requestId, named: {} }, run)
}

/** Lets every later log line of this request carry these fields. Outside of a request nothing happens. */
export function nameInLog(fields: Fields): void {
  const request = scope.getStore()
  if (request !== undefined) request.named = { ...request.named, ...fields }
}

/** The id of the request that this code runs for; null outside of any. */
export function currentRequestId(): string | null {
  return scope.getStore()?.requestId ?? null
}

const longestMessage = 300

/**
 * What a log may say of an error: its name, and its message without the query of any URL, and without any run of 16
 * characters or more that could belong to a secret, a token or an id. The stack and whatever else the error holds stay
 * out.
 */
export function scrubbedError(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error }
  const cause =
    error.cause instanceof Error ? { cause: error.cause.name, causeMessage: scrub(error.cause.message) } : {}
  return { error: error.name, errorMessage: scrub(error.message), ...cause }
}

function scrub(message: string): string {
  const withoutQueries = message.replace(/[?#][^\s?#][^\s]*/g, '[…]')
  return cutText(withoutQueries.replace(/[A-Za-z0-9+/=_-]{16,}/g, '[…]'), longestMessage)
}
