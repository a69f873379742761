/** How far the clock of whoever signs people in may be ahead of ours: RFC 7519, sections 4.1.5 and 4.1.6. */
export const clockLeewaySeconds = 30

/** `seconds` after `at`. */
export function addSeconds(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1000)
}

/** Whole seconds from `now` to `at`, rounded up, at least 1: what `Retry-After` says. */
export function secondsUntil(at: Date, now: Date): number {
  return Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 1000))
}

/** `now`, but later than `last` by 1 ms at the least: the changes of one endpoint never share or swap their times. */
export function notBefore(now: Date, last: Date): Date {
  return new Date(Math.max(now.getTime(), last.getTime() + 1))
}

/** The earlier of two times; null is never. */
export function earlierOf(one: Date | null, other: Date | null): Date | null {
  return one === null || (other !== null && other < one) ? other : one
}
