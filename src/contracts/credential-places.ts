import type { CredentialPlace, Credentials } from './contract'

/** Every place where a request of the contract may have its credential. */
export function placesOf({ in: places = { kind: 'bearer' } }: Credentials): readonly CredentialPlace[] {
  return isList(places) ? places : [places]
}

/** Array.isArray does not narrow a readonly list. */
function isList(places: CredentialPlace | readonly CredentialPlace[]): places is readonly CredentialPlace[] {
  return Array.isArray(places)
}

/** The header in which the place is; null: in none. */
export function headerOfPlace(place: CredentialPlace): string | null {
  if (place.kind === 'query') return null
  return place.kind === 'header' ? place.name : 'Authorization'
}

/** A place as HTTP shows it, with a credential in it: a header, or a member of the query. */
export type Placed =
  | { readonly header: string; readonly value: string }
  | { readonly query: string; readonly value: string }

/** Where and how a caller writes its credential: in the first of the contract's places. */
export function placedCredential(credentials: Credentials, token: string): Placed {
  const [place = { kind: 'bearer' }] = placesOf(credentials)
  switch (place.kind) {
    case 'bearer':
      return { header: 'authorization', value: `Bearer ${token}` }
    case 'header':
      return { header: place.name, value: (place.prefix ?? '') + token }
    case 'basic': {
      const pair = basicPair(place, token)
      return { header: 'authorization', value: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` }
    }
    case 'query':
      return { query: place.name, value: token }
  }
}

function basicPair(place: Extract<CredentialPlace, { readonly kind: 'basic' }>, token: string): string {
  if ('token' in place) return token.includes(':') ? token : `${place.user ?? ''}:${token}`
  return place.user === undefined ? `${token}:` : `${place.user}:${token}`
}

/** How what stands in the place begins, with the place itself. */
export function startOf(place: CredentialPlace): string {
  if (place.kind === 'query') return `?${place.name}=`
  if (place.kind === 'header') return `${place.name.toLowerCase()}: ${(place.prefix ?? '').toLowerCase()}`
  return `authorization: ${place.kind} `
}

/**
 * Whether what stands in one of the places could be read as standing in the other. A bare token beside a prefix could
 * not, where the prefix has a character that no token has before its end: it is looked for first.
 */
export function areAlike(one: CredentialPlace, other: CredentialPlace): boolean {
  const [shorter = '', longer = ''] = [startOf(one), startOf(other)].sort((a, b) => a.length - b.length)
  return longer.startsWith(shorter) && !/[^A-Za-z0-9._~+/-]/.test(longer.slice(shorter.length))
}

/** The places, those with the longest beginning first: what stands in one is looked for nowhere else in its header. */
export function mostPreciseFirst(places: readonly CredentialPlace[]): readonly CredentialPlace[] {
  return [...places].sort((a, b) => startOf(b).length - startOf(a).length)
}
