import type { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent'

export interface GuardOptions {
  /** `on`: http, and loopback addresses, are allowed: for a local run. */
  readonly insecureTargets: 'on' | 'off'
  /** Resolves names; Node's own by default. The very addresses that it gives are checked and connected to. */
  readonly lookup?: LookupFunction
}

/** The agent for a URL, or null where its protocol is not allowed. */
export type AgentOf = (url: URL) => Agent | null

const loopback = ['127.0.0.1', '::1']
const connections = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' } as const

/** Agents that connect to public unicast addresses alone, and keep their connections. */
export function guardedAgents({ insecureTargets, lookup }: GuardOptions): AgentOf {
  const allowed = insecureTargets === 'on' ? { allowIPAddressList: loopback } : {}
  const options = { ...connections, ...allowed, ...(lookup === undefined ? {} : { lookup }) }
  const https = new RequestFilteringHttpsAgent(options)
  const http = new RequestFilteringHttpAgent(options)
  return url => {
    if (url.protocol === 'https:') return https
    return url.protocol === 'http:' && insecureTargets === 'on' ? http : null
  }
}
