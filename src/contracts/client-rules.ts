import type { EndpointField } from './reply-fields'

// What a contract says of the real vendor for the rotation hook alone. Keyturn in the vendor's place
// looks at none of it, but that it knows the members of `sentBack` and lets them be.

export interface ClientRules {
  /** Headers of every request, by lower-case name, over the hook's own: `accept`, say. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Members of the rotate body, besides the secret, that the vendor asks for: each with the field of its `get` that is
   * read right before and sent back as it is.
   */
  readonly sentBack?: Readonly<Record<string, EndpointField>>
  /** How the vendor says that it was asked too often, where 429 with `Retry-After` is not all. */
  readonly rateLimit?: RateLimitRule
  /** Present: a redirect within the vendor's own origin is followed, once. */
  readonly redirects?: 'same-origin'
}

export interface RateLimitRule {
  /**
   * Statuses that can mean it. One that can mean something else does so unless the reply has `Retry-After`, nothing
   * remaining, or the words.
   */
  readonly statuses: readonly number[]
  /** The header with the number of requests that are left. */
  readonly remaining: string
  /** The header with the unix seconds from which there are more. */
  readonly reset: string
  /** What stands in the `detail` of such an error, in any case. */
  readonly words?: string
}

/**
 * A tenant's id of several names joined by slashes, such as `octocat/hello-world`. Only the hook can be told one: Keyturn
 * stores no id with a slash. `segments`: each name is a segment of the path; `encoded`: the slashes are written `%2F`.
 */
export interface TenantParts {
  readonly least: number
  readonly most: number
  readonly written: 'segments' | 'encoded'
}

/** One of the names of such an id. */
const partPattern = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,255}$/

/** Whether the text is so many names, joined by slashes. */
export function hasParts(text: string, { least, most }: TenantParts): boolean {
  const parts = text.split('/')
  return parts.length >= least && parts.length <= most && parts.every(part => partPattern.test(part))
}
