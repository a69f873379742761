import type { LookupAddress } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isNativeError } from 'node:util/types'
import { Problem } from '../core/problem'
import { CountedTime } from './counted-time'

/**
 * The addresses of a host name, IPv4 ones first. Ends when `signal` does.
 * @throws {LookupFailed} when the name is at fault
 * @throws {Problem} `unavailable` when this side is: the resolver is away, or this process was too busy
 */
export type Lookup = (hostname: string, signal: AbortSignal) => Promise<readonly LookupAddress[]>

/** A lookup that failed through the name: it does not exist, or its servers do not answer. */
export class LookupFailed extends Error {
  readonly kind: 'unresolved' | 'lookup-timeout'

  constructor(kind: LookupFailed['kind']) {
    super(`the lookup failed: ${kind}`)
    this.kind = kind
  }
}

export interface HostLookupOptions {
  /** Milliseconds that always rise. */
  readonly clock: () => number
  /** Addresses with or without a port; the system's resolvers by default. */
  readonly servers?: readonly string[]
  readonly limitMs?: number
}

/** A recursive resolver gives up on dead servers after some seconds, and says so. */
const longestLookupMs = 5000
const longestCheckMs = 1000
/** A resolver is asked after 0, 1 and 3 s. The fourth try is for the limit to come first, even where this process is busy. */
const queries = { timeout: 1000, tries: 4 }
/** Once there are IPv4 addresses, IPv6 ones are waited for no longer than this. */
const ipv6GraceMs = 300
/** A lookup that this process held up for longer says nothing about the name. */
const mostLateMs = 3000

/** RFC 6761, section 6.3: these are never asked for. */
const localName = /(?:^|\.)localhost\.?$/i
const loopback: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/**
 * Looks names up at DNS servers, without Node's thread pool: one lookup holds up no other, and each ends after 5 s.
 * No file of hosts and no search domains.
 */
export function hostLookup({ clock, servers, limitMs = longestLookupMs }: HostLookupOptions): Lookup {
  const newResolver = (): Resolver => {
    const resolver = new Resolver(queries)
    if (servers !== undefined) resolver.setServers(servers)
    return resolver
  }
  let lastUsefulAt = Number.NEGATIVE_INFINITY
  let check: Promise<boolean> | null = null
  const works = (since: number): Promise<boolean> => {
    if (lastUsefulAt >= since) return Promise.resolve(true)
    check ??= resolverWorks(newResolver(), clock).finally(() => (check = null))
    return check
  }
  return async (hostname, signal) => {
    if (localName.test(hostname)) return loopback
    signal.throwIfAborted()
    const startedAt = clock()
    const { answers, isLate } = await withLimit({ resolver: newResolver(), clock, limitMs, signal }, resolver =>
      addressesOf(resolver, hostname),
    )
    if (answers.some(isUseful)) lastUsefulAt = clock()
    const addresses = answers.flatMap(answer => answer.addresses)
    if (addresses.length > 0) return addresses
    if (answers.some(isUseful)) throw new LookupFailed('unresolved')
    signal.throwIfAborted()
    if (isLate) throw new Problem('unavailable', 'The host name was not looked up in time.')
    if (!(await works(startedAt))) throw new Problem('unavailable', 'The resolver of host names does not answer.')
    throw new LookupFailed(answers.every(isSilence) ? 'lookup-timeout' : 'unresolved')
  }
}

/** What a resolver said to one query. */
interface Answer {
  readonly addresses: readonly LookupAddress[]
  /** Null: it said something. */
  readonly error: string | null
}

/** `EBADNAME` is no answer, but the name alone is at fault. */
const aboutTheName = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME'])
const silences = new Set(['ETIMEOUT', 'ECANCELLED'])

function isUseful({ error }: Answer): boolean {
  return error === null || aboutTheName.has(error)
}

function isSilence({ error }: Answer): boolean {
  return error !== null && silences.has(error)
}

async function answerTo(query: Promise<readonly LookupAddress[]>): Promise<Answer> {
  try {
    return { addresses: await query, error: null }
  } catch (error) {
    return { addresses: [], error: isNativeError(error) && 'code' in error ? String(error.code) : 'unknown' }
  }
}

async function addressesOf(resolver: Resolver, hostname: string): Promise<readonly Answer[]> {
  const ofFamily = (family: 4 | 6, found: Promise<readonly string[]>): Promise<Answer> =>
    answerTo(found.then(addresses => addresses.map(address => ({ address, family }))))
  const ipv6 = ofFamily(6, resolver.resolve6(hostname))
  const first = await ofFamily(4, resolver.resolve4(hostname))
  if (first.error === 'ENOTFOUND') return [first]
  const waiting = first.error === null ? [sleep(ipv6GraceMs, null, { ref: false })] : []
  const second = await Promise.race([ipv6, ...waiting])
  return second === null ? [first] : [first, second]
}

/**
 * Whether the resolver answers what it must know: the servers of the root. Any other answer than that there are some, or
 * none, is as good as silence.
 */
async function resolverWorks(resolver: Resolver, clock: () => number): Promise<boolean> {
  const { signal } = new AbortController()
  const limits = { resolver, clock, limitMs: longestCheckMs, signal }
  const { answers } = await withLimit(limits, async ({ resolveNs }) => {
    return [await answerTo(resolveNs.call(resolver, '.').then(() => []))]
  })
  return answers.some(isUseful)
}

interface LimitedLookup {
  readonly resolver: Resolver
  readonly clock: () => number
  readonly limitMs: number
  readonly signal: AbortSignal
}

/** Runs queries until they are answered, or the time or the signal is over. Nothing is under way any more afterwards. */
async function withLimit(
  { resolver, clock, limitMs, signal }: LimitedLookup,
  ask: (resolver: Resolver) => Promise<readonly Answer[]>,
): Promise<{ readonly answers: readonly Answer[]; readonly isLate: boolean }> {
  const cancel = (): void => resolver.cancel()
  const time = new CountedTime({ limitMs, mostLateMs, clock }, cancel)
  signal.addEventListener('abort', cancel)
  try {
    return { answers: await ask(resolver), isLate: time.isLate }
  } finally {
    time.pause()
    signal.removeEventListener('abort', cancel)
    cancel()
  }
}
