import { anyBody, type Fault, type FaultProxy } from '../wire/fault-proxy'

/** What happens at one call of the hook. */
export const wireFaults = ['killed before it', 'its reply lost', 'its reply lost and killed'] as const
export type WireFault = (typeof wireFaults)[number]

export interface HookWatching {
  readonly fault: WireFault
  /** Whether a call goes wrong, by its name. */
  readonly hits: (name: string) => boolean
  /** Looks on whenever a call has taken effect, before its reply goes on. */
  readonly look?: (name: string) => Promise<void>
}

/** The hook's calls to Secrets Manager and to the vendor, since the watch began. */
export interface HookWatch {
  /** In the order they came: `PutSecretValue 1`, `POST /webhooks/… 1`. */
  calls(): readonly string[]
  /** Whether a call went wrong. */
  struck(): boolean
}

export interface WatchedHook {
  readonly proxies: readonly FaultProxy[]
  /** Ends the hook's process. */
  readonly kill: () => Promise<void>
}

/** Ends the watch before, and begins another over all of the hook's proxies. */
export function watchHook({ proxies, kill }: WatchedHook, { fault, hits, look }: HookWatching): HookWatch {
  const when = fault === 'killed before it' ? 'before' : 'after'
  const strike = fault === 'its reply lost' ? () => Promise.resolve() : kill
  const watching: { readonly fault: Fault } = { fault: { hits, when, strike } }
  for (const proxy of proxies) proxy.forget()
  const watches = proxies.map(proxy => proxy.watch(anyBody, look === undefined ? watching : { ...watching, look }))
  return {
    calls: () =>
      watches
        .flatMap(({ log }) => log.calls)
        .toSorted((one, other) => one.startedAt - other.startedAt)
        .map(({ name }) => name),
    struck: () => watches.some(({ struck }) => struck),
  }
}

/** Whether the call asks the vendor for a new secret. */
export function asksForSecret(call: string): boolean {
  return call.startsWith('POST /')
}
