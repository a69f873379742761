import type { IncomingHttpHeaders } from 'node:http'

// Keeps web pages out. A page of any site can send requests to a port of this machine, and with DNS rebinding its own
// name leads here: then `Host` has that name. A page of another origin says so in `Origin`.

const ownHost = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/i

/** Whether a request names this machine as its host, and comes from no page but our own and those of `origins`. */
export function isAllowedCaller({ host, origin }: IncomingHttpHeaders, origins: readonly string[]): boolean {
  if (host === undefined || !ownHost.test(host)) return false
  return origin === undefined || origin === `http://${host.toLowerCase()}` || origins.includes(origin)
}
