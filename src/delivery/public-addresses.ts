import { lookup as dnsLookup } from 'node:dns'
import type { Agent } from 'node:http'
import { BlockList, isIPv6, type LookupFunction } from 'node:net'
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent'

export interface GuardOptions {
  /** `on`: http, and loopback addresses, are allowed: for a local run. */
  readonly insecureTargets: 'on' | 'off'
  /** Resolves names; Node's own by default. The very addresses that it gives are checked and connected to. */
  readonly lookup?: LookupFunction
}

/** The agent for a URL, or why nothing is sent to it. */
export type AgentOf = (url: URL) => Agent | 'insecure-url' | 'refused-address'

const loopback = ['127.0.0.1', '::1']
const connections = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' } as const

/** Agents that connect to public unicast addresses alone, and keep their connections. */
export function guardedAgents({ insecureTargets, lookup = dnsLookup }: GuardOptions): AgentOf {
  const allowed = insecureTargets === 'on' ? loopback : []
  const isAllowed = (address: string): boolean => allowed.includes(address) || isGlobalUnicast(address)
  const options = { ...connections, allowIPAddressList: allowed, lookup: guardedLookup(lookup, isAllowed) }
  const https = new RequestFilteringHttpsAgent(options)
  const http = new RequestFilteringHttpAgent(options)
  return ({ protocol, hostname }) => {
    if (protocol !== 'https:' && !(protocol === 'http:' && insecureTargets === 'on')) return 'insecure-url'
    const literal = hostname.replace(/^\[|\]$/g, '')
    if (isIPv6(literal) && !isAllowed(literal)) return 'refused-address'
    return protocol === 'https:' ? https : http
  }
}

/**
 * RFC 4291, section 2.4, and IANA's registry: nothing else of IPv6 is assigned to anybody. Outside are, among others,
 * all forms in which IPv6 writes IPv4 addresses.
 */
const assigned = new BlockList()
assigned.addSubnet('2000::', 3, 'ipv6')

/** False for an IPv6 address that is not global unicast. True for every IPv4 address: the agents check those. */
function isGlobalUnicast(address: string): boolean {
  return !isIPv6(address) || assigned.check(address, 'ipv6')
}

/** A lookup that fails where one of the addresses that a name leads to is not allowed. */
function guardedLookup(lookup: LookupFunction, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found]
      if (error !== null || addresses.every(isAllowed)) callback(error, found, family)
      else callback(new Error('the address is not allowed'), found, family)
    })
}
