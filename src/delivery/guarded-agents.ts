import { lookup as dnsLookup } from 'node:dns'
import type { Agent } from 'node:http'
import { isIPv6, type LookupFunction } from 'node:net'
import { guardedLookup, isGlobalUnicast } from './global-unicast'
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
