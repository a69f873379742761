import { exchange } from './exchange'
import { failureKindOf } from './failure-kind'
import type { AgentOf, GuardOptions } from './guarded-agents'
import type { Send } from './send'

export interface HttpSenderOptions extends GuardOptions {
  /** Milliseconds that always rise. */
  readonly clock: () => number
}

/** Sends over HTTP/1.1, to public addresses alone. */
export function httpSender(options: HttpSenderOptions): Send {
  // The guard is loaded with the first delivery: it is most of what the function would import beyond its clients.
  let guard: Promise<AgentOf> | undefined
  return async delivery => {
    guard ??= import('./guarded-agents').then(({ guardedAgents }) => guardedAgents(options))
    const agentOf = await guard
    const startedAt = options.clock()
    const took = (): number => Math.round(options.clock() - startedAt)
    const url = new URL(delivery.url)
    const agent = agentOf(url)
    if (typeof agent === 'string') return { kind: 'none', error: agent, durationMs: took() }
    // Not `AbortSignal.timeout`, which keeps all of the exchange in memory until the whole time is over.
    const over = new AbortController()
    const timer = setTimeout(() => over.abort(), delivery.timeoutMs)
    const { signal } = over
    try {
      return { kind: 'reply', ...(await exchange(delivery, { url, agent, signal })), durationMs: took() }
    } catch (error) {
      return { kind: 'none', error: signal.aborted ? 'timeout' : failureKindOf(error), durationMs: took() }
    } finally {
      clearTimeout(timer)
      // The reply may be there while the body is still on its way, to a receiver that never reads it.
      over.abort()
    }
  }
}
