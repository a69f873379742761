import type { Fields } from './log'

const longestMessage = 300

/**
 * What a log may say of an error: its name, and its message without any run of 16 characters or more that could
 * belong to a secret, a token or an id. The stack and whatever else the error holds stay out.
 */
export function scrubbedError(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error }
  const cause =
    error.cause instanceof Error ? { cause: error.cause.name, causeMessage: scrub(error.cause.message) } : {}
  return { error: error.name, errorMessage: scrub(error.message), ...cause }
}

function scrub(message: string): string {
  return message.replace(/[A-Za-z0-9+/=_-]{16,}/g, '[…]').slice(0, longestMessage)
}
