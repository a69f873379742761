import { addSeconds, clockLeewaySeconds } from '../core/instant'
import type { Principal } from './authenticate'

/** How long a person counts as having just signed in. */
const recentSeconds = 5 * 60

/**
 * Whether the person who calls signed in a moment ago. An API key is no person, and where a platform's own session does not
 * say when it began, that is for the platform to see to.
 */
export function isSignedInRecently(principal: Principal, now: Date): boolean {
  switch (principal.kind) {
    case 'api-key':
      return true
    case 'session':
      return principal.authenticatedAt === undefined || isRecent(principal.authenticatedAt, now)
    case 'portal':
      return principal.session.authenticatedAt !== null && isRecent(principal.session.authenticatedAt, now)
  }
}

/** A time to come is not recent, further than clocks are apart. */
function isRecent(at: Date, now: Date): boolean {
  return now <= addSeconds(at, recentSeconds) && at <= addSeconds(now, clockLeewaySeconds)
}
