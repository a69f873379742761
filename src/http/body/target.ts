import type { Contract } from '../../contracts/contract'
import { signaturesOf } from '../../verify/content'
import { type Field, invalidField } from './fields'
import { isObject } from './json'

const longestUrl = 2048
/** As `URL` writes them: IPv4 in four decimal numbers. Names that lead to such addresses are refused when they are used. */
const privateHost =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.[\d.]+$|^\[(?![23])|(?:^|\.)(?:localhost|local|internal)\.?$/

export interface TargetRules {
  readonly contract: Contract
  /** Whether `http` to 127.0.0.1 and localhost is allowed, as in a local run. */
  readonly insecureTargets: boolean
}

/**
 * Where deliveries go: an https URL without user and password, kept as it was given. Null, and so no deliveries, where the
 * contract lets an endpoint be without one.
 */
export function targetUrl(rules: TargetRules): Field<string | null> {
  const isOptional = rules.contract.url === 'optional'
  const schemes = rules.insecureTargets ? 'https?' : 'https'
  const schema = { type: 'string', format: 'uri', maxLength: longestUrl, pattern: `^${schemes}://[!-~]+$` }
  return {
    schema: isOptional ? { anyOf: [schema, { type: 'null' }] } : schema,
    read: (path, value) => (isOptional && value === null ? null : readTargetUrl(path, rules, value)),
  }
}

function readTargetUrl(path: string, rules: TargetRules, value: unknown): string {
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value) || value.length > longestUrl || !URL.canParse(value)) {
    throw invalidField(path, `must be a URL of at most ${longestUrl} ASCII characters`)
  }
  const { protocol, hostname, username, password } = new URL(value)
  const isLocal = protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost')
  if (protocol !== 'https:' && !(rules.insecureTargets && isLocal)) throw invalidField(path, 'must be an https URL')
  if (rules.contract.url === 'public' && !isLocal && privateHost.test(hostname)) {
    throw invalidField(path, 'must lead to a public host')
  }
  if (username !== '' || password !== '') throw invalidField(path, 'must not hold a user or a password')
  if (!isReadAlike(value, hostname)) throw invalidField(path, 'must write its host so that all URL parsers agree on it')
  return value
}

/** RFC 3986, sections 3 and 3.2: scheme, two slashes, a host without user and escapes, and maybe a port. */
const writtenHost = /^[a-z]+:\/\/(\[[0-9a-f:.]+\]|[\w.~!$&'()*+,;=-]+)(?::\d*)?(?=[/?#]|$)/i

/**
 * Whether RFC 3986 reads the same host in the URL as WHATWG, whose `hostname` is given. WHATWG takes a backslash for a
 * slash, adds slashes that are missing, skips those too many, decodes escapes, and reads `0x7f.1` and `1.2.3` as IPv4
 * addresses. An IPv6 address may be written in several ways and is the same address to both.
 */
function isReadAlike(url: string, hostname: string): boolean {
  const host = writtenHost.exec(url)?.[1]
  if (host === undefined || url.includes('\\')) return false
  return host.startsWith('[') || host.toLowerCase() === hostname
}

const mostHeaders = 20
/** RFC 9110, section 5.6.2. */
const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const valuePattern = /^[\x21-\x7e](?:[\x20-\x7e]{0,998}[\x21-\x7e])?$/

/** Headers that belong to the connection (RFC 9110, section 7.6.1) or are written by the delivery itself. */
const reserved =
  /^(?:connection|content-(?:encoding|length|type)|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|user-agent|(?:proxy|svix|webhook)-.*)$/

/** What no stored object has as a name of its own: such a header would be taken and never sent. */
const unstorable = ['__proto__', 'constructor', 'prototype']

/** Headers that a delivery carries besides its own: names are tokens, values visible ASCII up to 1000 characters. */
export function deliveryHeaders(contract: Contract): Field<Readonly<Record<string, string>>> {
  return {
    schema: {
      type: 'object',
      maxProperties: mostHeaders,
      propertyNames: { pattern: tokenPattern.source },
      additionalProperties: { type: 'string', pattern: valuePattern.source },
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
  if (isReserved(contract, name.toLowerCase())) throw invalidField(at, 'is a header of the delivery itself')
  if (typeof text !== 'string' || !valuePattern.test(text)) {
    throw invalidField(at, 'must be 1 to 1000 visible ASCII characters')
  }
  return text
}

function isReserved({ signing, delivery }: Contract, name: string): boolean {
  const { id, timestamp, tenant } = signing
  const ofScheme = [id, timestamp, tenant, ...signaturesOf(signing).map(({ header }) => header)].flat()
  const own = [...ofScheme, ...Object.keys(delivery?.headers ?? {})]
  return reserved.test(name) || own.includes(name)
}
