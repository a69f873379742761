import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { serverNow } from './clock'

// What a screen reads from the API, and when it reads it again.

export type Loaded<Value> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: unknown }

export interface Loading<Value> {
  readonly loaded: Loaded<Value>
  /** Reads anew; what is shown stays until then. */
  readonly reload: () => Promise<void>
}

/** Reads at once, whenever `key` is another, and when the tab is looked at again. */
export function useLoaded<Value>(key: string, read: () => Promise<Value>): Loading<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ kind: 'loading' })
  const latest = useRef({ key, read, run: 0 })
  latest.current.read = read
  latest.current.key = key
  const reload = useCallback(async () => {
    const run = (latest.current.run += 1)
    const result = await outcomeOf(latest.current.read)
    if (latest.current.run !== run) return
    setLoaded(before => (result.kind === 'failed' && before.kind === 'ready' ? before : result))
  }, [])
  useEffect(() => {
    setLoaded({ kind: 'loading' })
    void reload()
    const look = (): void => {
      if (document.visibilityState === 'visible') void reload()
    }
    document.addEventListener('visibilitychange', look)
    return () => {
      latest.current.run += 1
      document.removeEventListener('visibilitychange', look)
    }
  }, [key, reload])
  return { loaded, reload }
}

async function outcomeOf<Value>(read: () => Promise<Value>): Promise<Loaded<Value>> {
  try {
    return { kind: 'ready', value: await read() }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

/** The server's clock: now, and again every so many seconds. */
export function useNow(seconds: number): Date {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick(count => count + 1), seconds * 1000)
    return () => clearInterval(timer)
  }, [seconds])
  return serverNow()
}
