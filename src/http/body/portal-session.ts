import type { NewPortalSession, PortalSettings } from '../../access/manage-portal-sessions'
import { scopes, type Scope } from '../../contracts/dimensions'
import { storedIdPattern } from '../../core/id'
import { addSeconds, clockLeewaySeconds } from '../../core/instant'
import {
  byDefault,
  described,
  type Field,
  instant,
  invalidField,
  listOf,
  readTable,
  required,
  text,
  textLike,
  wholeNumber,
  word,
} from './fields'
import type { JsonObject } from './json'

const usualSeconds = 900
/** A page that can rotate is not left open for longer. */
const longestWithRotate = 900
const lifeSeconds = [60, 3600] as const

export const subjectField = textLike(
  /^[A-Za-z0-9_.:-]{1,128}$/,
  'an opaque id of the person, of 1 to 128 characters of A-Z, a-z, 0-9, _ . : -',
)

const scopeList: Field<readonly Scope[]> = {
  schema: { type: 'array', items: { type: 'string', enum: scopes }, minItems: 1, uniqueItems: true },
  read: (path, value) => {
    const given: readonly unknown[] = Array.isArray(value) ? value : []
    const known = scopes.filter(scope => given.includes(scope))
    if (known.length > 0 && known.length === given.length) return known
    throw invalidField(path, `must be a list of some of ${scopes.join(', ')}, each once`)
  },
}

/** The only endpoints that a session reaches. */
const endpointIds = listOf({
  most: 100,
  pattern: storedIdPattern,
  items: 'the id of an endpoint: 1 to 128 characters of A-Z, a-z, 0-9, _ . : -',
})

const longestUrl = 2048

/** What a platform says of a portal session that it makes. */
export function portalSessionTable({ embedOrigins, returnOrigins }: Omit<PortalSettings, 'origin'>) {
  return {
    subject: required(subjectField),
    displayName: described('What the page calls the person', text(100)),
    scopes: required(scopeList),
    endpointIds: described('The only endpoints that it reaches; absent: all of the tenant’s', notEmpty(endpointIds)),
    expiresInSeconds: described(
      `At most ${longestWithRotate} with the scope rotate; never longer than the API key lives`,
      byDefault(usualSeconds, wholeNumber(lifeSeconds)),
    ),
    authenticatedAt: described('When the person last signed in at the platform, not in the future', instant),
    parentOrigins: described('The pages that frame it; absent: it is a page by itself', originsOf(embedOrigins)),
    returnUrl: described('A URL of at most 2048 characters that the page leads back to', returnUrlOf(returnOrigins)),
    locale: textLike(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, 'a language tag, like en or de-AT'),
    theme: word(['light', 'dark'] as const),
  }
}

function notEmpty(field: Field<readonly string[]>): Field<readonly string[]> {
  return {
    schema: { ...field.schema, minItems: 1 },
    read: (path, value) => {
      const read = field.read(path, value)
      if (read.length > 0) return read
      throw invalidField(path, 'must not be empty')
    },
  }
}

function originsOf(allowed: readonly string[]): Field<readonly string[]> {
  const list = notEmpty(
    listOf({ most: 20, pattern: /^https?:\/\/[^\s/]{1,253}$/, items: 'an origin, like https://app.example.com' }),
  )
  return {
    ...list,
    read: (path, value) => {
      const read = list.read(path, value)
      const strange = read.findIndex(origin => !allowed.includes(origin))
      if (strange === -1) return read
      throw invalidField(`${path}.${strange}`, 'must be one of the deployment’s portal.embedOrigins')
    },
  }
}

/** Without a space or a control around it, which a browser would leave out. */
const plainUrl = /^https?:\/\/[\x21-\x7e]+$/

function returnUrlOf(allowed: readonly string[]): Field<string> {
  return {
    schema: { type: 'string', format: 'uri', maxLength: longestUrl, pattern: plainUrl.source },
    read: (path, value) => {
      const isPlain = typeof value === 'string' && value.length <= longestUrl && plainUrl.test(value)
      const url = isPlain && URL.canParse(value) ? new URL(value) : null
      // It begins with its own origin, so it holds no user and is no `blob:` of that origin.
      if (url !== null && allowed.includes(url.origin) && url.href.startsWith(`${url.origin}/`)) return url.href
      throw invalidField(path, 'must be a URL in one of the deployment’s portal.returnOrigins')
    },
  }
}

/** @throws {Problem} `invalid-request` naming every field at fault */
export function readPortalSessionBody(
  body: JsonObject,
  settings: PortalSettings,
  now: Date,
): Omit<NewPortalSession, 'contract' | 'maker' | 'tenantId'> {
  const read = readTable(body, portalSessionTable(settings), 'refuse')
  const { subject, displayName = null, endpointIds: ids = null, expiresInSeconds = usualSeconds } = read
  const { authenticatedAt = null, parentOrigins = [], returnUrl = null, locale = null, theme = null } = read
  if (read.scopes.includes('rotate') && expiresInSeconds > longestWithRotate) {
    throw invalidField('expiresInSeconds', `must be at most ${longestWithRotate} with the scope rotate`)
  }
  if (authenticatedAt !== null && authenticatedAt > addSeconds(now, clockLeewaySeconds)) {
    throw invalidField('authenticatedAt', 'must not be in the future')
  }
  const shown = { displayName: displayName === '' ? null : displayName, returnUrl, locale, theme }
  return { subject, scopes: read.scopes, endpointIds: ids, expiresInSeconds, authenticatedAt, parentOrigins, ...shown }
}

/** A code and what makes it the page's own. Neither is ever named in an error. */
const code = textLike(/^kpc_[0-9a-z]{24}\.[\w-]{43}$/, 'the code of the link, as it stands behind the #')
const nonce = textLike(/^[\w-]{43}$/, '32 random bytes in base64url: 43 characters')

export const describeTable = { code: required(code) }
export const exchangeTable = { code: required(code), nonce: required(nonce) }
