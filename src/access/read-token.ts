import type { CredentialPlace } from '../contracts/contract'
import { headerOf, type RequestHeaders } from './request-headers'

/** RFC 6750, section 2.1: `b64token`. Nothing else is looked at: no list, no space, no quote. */
const tokenPattern = /^[A-Za-z0-9._~+/-]+=*$/

/** The credential of a request, or null where it is missing or not written as the contract says. */
export function readToken(place: CredentialPlace, headers: RequestHeaders): string | null {
  const token =
    place.kind === 'bearer' ? afterBearer(headerOf(headers, 'authorization')) : headerOf(headers, place.name)
  return token !== null && tokenPattern.test(token) ? token : null
}

/** What follows `Bearer `; the scheme's case does not matter (RFC 9110, section 11.1). */
function afterBearer(authorization: string | null): string | null {
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null
}
