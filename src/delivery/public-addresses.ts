import type { LookupAddress } from 'node:dns'
import type { Agent } from 'node:http'
import { BlockList, isIPv6 } from 'node:net'
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent'

/** `on`: http, and loopback addresses, are allowed: for a local run. */
export type InsecureTargets = 'on' | 'off'

export interface Guard {
  /** The agent for a URL, or why nothing is sent to it. */
  agentFor(url: URL): Agent | 'insecure-url' | 'refused-address'
  /**
   * To be asked about what a name leads to. The agents check the IPv4 ones among the addresses again.
   * @throws unless each of them is allowed
   */
  check(addresses: readonly LookupAddress[]): void
}

const loopback = ['127.0.0.1', '::1']
const connections = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' } as const

/** Agents that connect to public unicast addresses alone, and keep their connections. Each request brings its lookup. */
export function addressGuard(insecureTargets: InsecureTargets): Guard {
  const allowed = insecureTargets === 'on' ? loopback : []
  const isAllowed = (address: string): boolean => allowed.includes(address) || isGlobalUnicast(address)
  const options = { ...connections, allowIPAddressList: allowed }
  const https = new RequestFilteringHttpsAgent(options)
  const http = new RequestFilteringHttpAgent(options)
  return {
    agentFor: ({ protocol, hostname }) => {
      if (protocol !== 'https:' && !(protocol === 'http:' && insecureTargets === 'on')) return 'insecure-url'
      const literal = hostname.replace(/^\[|\]$/g, '')
      if (isIPv6(literal) && !isAllowed(literal)) return 'refused-address'
      return protocol === 'https:' ? https : http
    },
    check: addresses => {
      if (!addresses.every(({ address }) => isAllowed(address))) throw new Error('the address is not allowed')
    },
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
