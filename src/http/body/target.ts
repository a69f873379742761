import type { Contract } from '../../contracts/contract'
import { escaped } from '../../contracts/secret-text'
import { signaturesOf } from '../../verify/content'
import { type Field, invalidField } from './fields'
import { isObject } from './json'

const longestUrl = 2048

const labelEnd = '(?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?'
/** The last label begins with a letter: one that is a number would make the whole host an IPv4 address. */
const name = `(?:[A-Za-z0-9_]${labelEnd}\\.)*[A-Za-z]${labelEnd}\\.?`
const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const group = '[0-9A-Fa-f]{1,4}'
/** RFC 4291, section 2.2, with one `::` at most. */
const ipv6 = [
  `(?:${group}:){7}${group}`,
  `(?:${group}:){1,7}:`,
  ...[1, 2, 3, 4, 5, 6].map(after => `(?:${group}:){1,${7 - after}}(?::${group}){1,${after}}`),
  `:(?::${group}){1,7}`,
  '::',
].join('|')
const port = '(?:6553[0-5]|655[0-2]\\d|65[0-4]\\d{2}|6[0-4]\\d{3}|[1-5]\\d{4}|[1-9]?\\d{1,3})'
/**
 * What stands behind the scheme, in visible ASCII: a host that RFC 3986 and WHATWG read alike, maybe a port, and the rest.
 * So there is no user, no escape in the host, no backslash, and no address written otherwise than in its usual form.
 */
const hostAndRest = `(?:${name}|${octet}(?:\\.${octet}){3}|\\[(?:${ipv6})\\])(?::${port}?)?(?:[/?#][!-\\[\\]-~]*)?`
const secureUrl = new RegExp(`^${anyCase('https')}://${hostAndRest}$`, 'u')
const localUrl = new RegExp(
  `^${anyCase('http')}://(?:127\\.0\\.0\\.1|localhost)(?::${port}?)?(?:[/?#][!-\\[\\]-~]*)?$`,
  'u',
)

const hostEnd = '(?=[:/?#]|$)'
/** A URL of a host that is no public one. Names that lead to such addresses are refused when they are used. */
const privateUrl = new RegExp(
  [
    `^${anyCase('http')}[Ss]?://(?:(?:0|10|127|169\\.254|192\\.168|172\\.(?:1[6-9]|2\\d|3[01])|100\\.(?:6[4-9]|[7-9]\\d|1[01]\\d|12[0-7]))\\.[\\d.]+${hostEnd}`,
    '\\[(?![23][0-9A-Fa-f]{3}:)',
    `(?:[A-Za-z0-9_.-]*\\.)?(?:${['localhost', 'local', 'internal'].map(anyCase).join('|')})\\.?${hostEnd})`,
  ].join('|'),
  'u',
)

export interface TargetRules {
  readonly contract: Contract
  /** Whether `http` to 127.0.0.1 and localhost is allowed, as in a local run. */
  readonly insecureTargets: boolean
}

/**
 * Where deliveries go: an https URL without user and password, kept as it was given. Null, and so no deliveries, where the
 * contract lets an endpoint be without one.
 */
export function targetUrl({ contract, insecureTargets }: TargetRules): Field<string | null> {
  const isOptional = contract.url === 'optional'
  const patterns = insecureTargets ? [secureUrl, localUrl] : [secureUrl]
  const either = patterns.map(({ source }) => ({ pattern: source }))
  const schema = {
    type: 'string',
    maxLength: longestUrl,
    ...(insecureTargets ? { anyOf: either } : either[0]),
    ...(contract.url === 'public' && { not: { pattern: privateUrl.source } }),
    description: `an https URL of at most ${longestUrl} characters, without user and password`,
  }
  return {
    schema: isOptional ? { anyOf: [schema, { type: 'null' }] } : schema,
    read: (path, value) =>
      isOptional && value === null ? null : readTargetUrl({ contract, insecureTargets }, path, value),
  }
}

function readTargetUrl({ contract, insecureTargets }: TargetRules, path: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[!-~]+$/.test(value) || value.length > longestUrl || !URL.canParse(value)) {
    throw invalidField(path, `must be a URL of at most ${longestUrl} ASCII characters`)
  }
  const { protocol, hostname, username, password } = new URL(value)
  const isLocal = insecureTargets && localUrl.test(value)
  if (protocol !== 'https:' && !isLocal) throw invalidField(path, 'must be an https URL')
  if (username !== '' || password !== '') throw invalidField(path, 'must not hold a user or a password')
  if (contract.url === 'public' && !isLocal && isPrivate(value, hostname)) {
    throw invalidField(path, 'must lead to a public host')
  }
  if (!isLocal && !secureUrl.test(value))
    throw invalidField(path, 'must write its host so that all URL parsers agree on it')
  return value
}

/** As it is written, and as WHATWG reads it. */
function isPrivate(url: string, hostname: string): boolean {
  return privateUrl.test(url) || privateUrl.test(`https://${hostname}/`)
}

const mostHeaders = 20
/** RFC 9110, section 5.6.2. */
const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const valuePattern = /^[\x21-\x7e](?:[\x20-\x7e]{0,998}[\x21-\x7e])?$/

/** Headers that belong to the connection (RFC 9110, section 7.6.1) or are written by the delivery itself. */
const reserved = (
  'connection content-encoding content-length content-type expect host keep-alive te trailer transfer-encoding ' +
  'upgrade user-agent'
).split(' ')
const reservedPrefixes = ['proxy-', 'svix-', 'webhook-']

/** What no stored object has as a name of its own: such a header would be taken and never sent. */
const unstorable = ['__proto__', 'constructor', 'prototype']

/** Headers that a delivery carries besides its own: names are tokens, values visible ASCII up to 1000 characters. */
export function deliveryHeaders(contract: Contract): Field<Readonly<Record<string, string>>> {
  return {
    schema: {
      type: 'object',
      maxProperties: mostHeaders,
      propertyNames: {
        pattern: tokenPattern.source,
        not: { anyOf: [{ enum: unstorable }, { pattern: reservedPattern(contract).source }] },
      },
      additionalProperties: { type: 'string', pattern: valuePattern.source },
      description:
        'none of the connection’s, the delivery’s or the signature’s; values are 1 to 1000 visible ASCII characters',
    },
    read: (path, value) => readDeliveryHeaders(path, contract, value),
  }
}

function readDeliveryHeaders(path: string, contract: Contract, value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value) || Object.keys(value).length > mostHeaders) {
    throw invalidField(path, `must be an object of at most ${mostHeaders} headers`)
  }
  const headers = Object.entries(value).map(
    ([name, given]) => [name, readHeader(path, contract, [name, given])] as const,
  )
  const names = headers.map(([name]) => name.toLowerCase())
  if (new Set(names).size < names.length) throw invalidField(path, 'must not name a header twice')
  return Object.fromEntries(headers)
}

function readHeader(path: string, contract: Contract, [name, text]: readonly [string, unknown]): string {
  if (!tokenPattern.test(name)) throw invalidField(path, 'must name headers by tokens of at most 128 characters')
  const at = `${path}.${name}`
  if (unstorable.includes(name)) throw invalidField(at, 'is not a name that a header can have here')
  if (reservedPattern(contract).test(name)) throw invalidField(at, 'is a header of the delivery itself')
  if (typeof text !== 'string' || !valuePattern.test(text)) {
    throw invalidField(at, 'must be 1 to 1000 visible ASCII characters')
  }
  return text
}

/** Fits the names that a delivery writes itself, in whatever case. */
function reservedPattern({ signing, delivery }: Contract): RegExp {
  const { id, timestamp, tenant } = signing
  const ofScheme = [id, timestamp, tenant, ...signaturesOf(signing).map(({ header }) => header)].flat()
  const own = [...ofScheme, ...Object.keys(delivery?.headers ?? {})].flatMap(header => header ?? [])
  const whole = [...reserved, ...own].map(anyCase)
  return new RegExp(`^(?:${whole.join('|')}|(?:${reservedPrefixes.map(anyCase).join('|')}).*)$`)
}

/** A pattern for the text in any case: a schema's patterns have no flags. */
function anyCase(text: string): string {
  return text.replaceAll(/[^]/g, character => {
    const [lower, upper] = [character.toLowerCase(), character.toUpperCase()]
    return lower === upper ? escaped(character) : `[${lower}${upper}]`
  })
}
