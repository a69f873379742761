// What an embedded page takes from the platform's page around it.

/** What the parent hands over: a code of a link, or a session of the platform's own. */
export type Handed =
  | { readonly kind: 'code'; readonly origin: string; readonly code: string }
  | { readonly kind: 'token'; readonly origin: string; readonly token: string; readonly tenantId: string | null }

/** What a message holds; null: it is none of ours. */
export function handedBy(data: unknown, origin: string): Handed | null {
  const { type, code, jwt, tenantId = null } = Object(data) as Record<string, unknown>
  if (type !== 'keyturn:open') return null
  if (typeof code === 'string' && /^kpc_[0-9a-z]{24}\.[\w-]{43}$/.test(code)) return { kind: 'code', origin, code }
  const isToken = typeof jwt === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt) && jwt.length <= longestToken
  const isTenant = tenantId === null || (typeof tenantId === 'string' && /^[A-Za-z0-9_.:-]{1,128}$/.test(tenantId))
  return isToken && isTenant ? { kind: 'token', origin, token: jwt, tenantId } : null
}

/** As long as a header may be. */
const longestToken = 8192
