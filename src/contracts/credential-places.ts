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
  { readonly header: string; readonly value: string } | { readonly query: string; readonly value: string }

/** Where and how a caller writes its credential: in the first of the contract's places. */
export function placedCredential(credentials: Credentials, token: string): Placed {
  const [place = { kind: 'bearer' }] = placesOf(credentials)
  switch (place.kind) {
    case 'bearer':
      return { header: 'authorization', value: `Bearer ${token}` }
    case 'header':
      return { header: place.name, value: (place.prefix ?? '') + token }
    case 'basic': {
      const pair = place.user === undefined ? `${token}:` : `${place.user}:${token}`
      return { header: 'authorization', value: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` }
    }
    case 'query':
      return { query: place.name, value: token }
  }
}
