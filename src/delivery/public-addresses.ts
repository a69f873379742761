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

/** The agent for a URL, or why it is sent to nowhere. */
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
 * all forms that IPv4 addresses are written in.
 */
const assigned = new BlockList()
assigned.addSubnet('2000::', 3, 'ipv6')

/** Whether an IPv6 address is global unicast; of IPv4 ones the agents themselves know. */
export function isGlobalUnicast(address: string): boolean {
  return !isIPv6(address) || assigned.check(address, 'ipv6')
}

/** A lookup that fails where a name leads to an address that is not allowed, if only among others. */
export function guardedLookup(lookup: LookupFunction, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found]
      if (error !== null || addresses.every(isAllowed)) callback(error, found, family)
      else callback(new Error('the address is not allowed'), found, family)
    })
}
