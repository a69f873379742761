import type { LookupAddress } from 'node:dns'
import { lookup as systemLookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { OperatorError } from '../../local/operator-error'

// Where test deliveries go: to the caller's own machine, unless the caller says that another one is theirs too.

/** The addresses that a host name leads to. Rejects where there are none. */
export type NameLookup = (hostname: string) => Promise<readonly LookupAddress[]>

/** A receiver under test, and every address at which it may be connected to: nothing is looked up again. */
export interface Target {
  readonly url: URL
  readonly addresses: readonly LookupAddress[]
}

export interface TargetRules {
  /** Whether the caller said that an address beyond the loopback is theirs. */
  readonly isOwn: boolean
  /** That of the system by default. */
  readonly lookup?: NameLookup
}

/**
 * The receiver at the URL.
 * @throws {OperatorError} for no http or https URL, one with a password, a name that leads nowhere, and, unless it is said
 *   to be the caller's, for what is not this machine's loopback: 127.0.0.0/8, ::1, or `localhost` where it leads there alone
 */
export async function targetOf(text: string, { isOwn, lookup = lookupAll }: TargetRules): Promise<Target> {
  const url = parsedUrl(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  if (!isOwn && family === 0 && host !== 'localhost') throw notLoopback(host)
  const addresses = family === 0 ? await found(host, lookup) : [{ address: host, family }]
  const beyond = addresses.find(each => !isLoopback(each))
  if (!isOwn && beyond !== undefined) throw notLoopback(host, beyond.address)
  return { url, addresses }
}

/** The URL as it may be printed: its query may hold a token. */
export function shownUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`
}

function parsedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new OperatorError('exam takes one URL of http or https, such as http://127.0.0.1:8080/webhooks')
  }
  if (url.username !== '' || url.password !== '') throw new OperatorError('the URL must have no user and no password')
  return url
}

async function found(host: string, lookup: NameLookup): Promise<readonly LookupAddress[]> {
  const addresses = await lookup(host).catch(() => [])
  if (addresses.length === 0) throw new OperatorError(`the name ${host} leads to no address`)
  return addresses
}

function lookupAll(hostname: string): Promise<readonly LookupAddress[]> {
  return systemLookup(hostname, { all: true })
}

/** RFC 1122, section 3.2.1.3, and RFC 4291, section 2.5.3. A list for each: `BlockList` takes IPv4 written in IPv6 for IPv4. */
const loopback4 = new BlockList()
loopback4.addSubnet('127.0.0.0', 8, 'ipv4')
const loopback6 = new BlockList()
loopback6.addAddress('::1', 'ipv6')

function isLoopback({ address, family }: LookupAddress): boolean {
  return family === 4 ? loopback4.check(address, 'ipv4') : loopback6.check(address, 'ipv6')
}

function notLoopback(host: string, address = host): OperatorError {
  const where = address === host ? host : `${host}, which leads to ${address},`
  return new OperatorError(
    `${where} is not this machine's loopback (127.0.0.0/8, ::1, localhost); forged deliveries go to receivers of your own alone: --yes-this-is-mine says that this one is`,
  )
}
