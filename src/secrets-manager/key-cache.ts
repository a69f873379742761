import type { LoadedKeys, MirroredKey } from './load-keys'
import { SecretsUnavailableError } from './secret-source'

export interface CacheRules {
  /** How errors call the secret. */
  readonly name: string
  /** A cache older than this is refreshed before it is used. From half of it on, it is refreshed in the background. */
  readonly maxAgeSeconds: number
  /** At least so long between two refreshes that a mismatch asks for. */
  readonly mismatchIntervalSeconds: number
  readonly now: () => Date
  /** Told of every refresh that failed. */
  readonly onError: (error: unknown) => void
}

/** Reads the secret anew. */
export type Load = (versions: Versions) => Promise<LoadedKeys>

interface Versions {
  /** Whether AWSPENDING is read besides AWSCURRENT. */
  readonly pending: boolean
  /** `throw` while there are cached keys to go on with. */
  readonly withoutCurrent: 'go-on' | 'throw'
}

/** Between a refresh that failed and the next one. */
const retryAfterMilliseconds = 1000

interface Snapshot extends LoadedKeys {
  readonly loadedAt: number
}

/** The live keys of one secret, between loads. One load is under way at a time, and all who need it share it. */
export class KeyCache {
  readonly #load: Load
  readonly #rules: CacheRules
  #snapshot: Snapshot | null = null
  #loading: Promise<Snapshot> | null = null
  #asking: Promise<void> | null = null
  #failure: { readonly at: number; readonly error: unknown } | null = null
  #lastMismatchAt = Number.NEGATIVE_INFINITY

  constructor(load: Load, rules: CacheRules) {
    this.#load = load
    this.#rules = rules
  }

  /**
   * The unexpired secrets, newest first; at least one.
   * @throws {SecretsUnavailableError} when every key has expired; or what loading threw, when there is none to go on with
   */
  async live(): Promise<readonly string[]> {
    const secrets = await this.#refreshed()
    if (secrets.length === 0)
      throw new SecretsUnavailableError('all-expired', `every key of ${this.#rules.name} has expired`)
    return secrets
  }

  async #refreshed(): Promise<readonly string[]> {
    const known = this.#unexpired()
    const age = this.#age()
    if (age < (known.length > 0 ? this.#maxAge() / 2 : retryAfterMilliseconds)) return known
    const refreshed = this.#refreshUnlessFailed()
    if (known.length > 0 && age < this.#maxAge()) {
      refreshed.catch(toldAlready)
      return known
    }
    try {
      await refreshed
    } catch (error) {
      if (known.length === 0) throw error
    }
    return this.#unexpired()
  }

  /**
   * Loads the secret anew, however young the cache is. A load that is under way may have begun too early, so it is waited
   * for but does not count; all who ask meanwhile share the next one.
   * @throws what loading threw; the cached keys go on
   */
  async refresh(): Promise<void> {
    await this.#loading?.catch(toldAlready)
    await this.#refresh(this.#labelsNow())
  }

  /**
   * The secrets once `tried` matched nothing, refreshed and with those of AWSPENDING. Null: there are no others, or a
   * mismatch asked too recently.
   */
  async afterMismatch(tried: readonly string[]): Promise<readonly string[] | null> {
    if (!differs(this.#unexpired(), tried)) await this.#refreshForMismatch()
    const fresh = this.#unexpired()
    return differs(fresh, tried) ? fresh : null
  }

  /** Mismatches that come while one is being looked into share what it finds. */
  async #refreshForMismatch(): Promise<void> {
    const now = this.#now()
    if (now - this.#lastMismatchAt >= this.#rules.mismatchIntervalSeconds * 1000) {
      this.#lastMismatchAt = now
      this.#asking ??= this.#askOnce().finally(() => (this.#asking = null))
    }
    await (this.#asking ?? this.#loading?.catch(toldAlready))
  }

  /** A load that is under way may have begun too early, so it is waited for but does not count. */
  async #askOnce(): Promise<void> {
    await this.#loading?.catch(toldAlready)
    await this.#refresh('with-pending').catch(toldAlready)
  }

  #refreshUnlessFailed(): Promise<Snapshot> {
    if (this.#loading !== null) return this.#loading
    const failure = this.#failure
    if (failure !== null && this.#now() - failure.at < retryAfterMilliseconds) return Promise.reject(failure.error)
    return this.#refresh(this.#labelsNow())
  }

  /** A version that was needed while pending is read along until it is current. */
  #labelsNow(): 'with-pending' | 'current-alone' {
    return this.#snapshot?.hasPending === true ? 'with-pending' : 'current-alone'
  }

  #refresh(labels: 'with-pending' | 'current-alone'): Promise<Snapshot> {
    const withoutCurrent = this.#unexpired().length > 0 ? 'throw' : 'go-on'
    this.#loading ??= this.#loadOnce({ pending: labels === 'with-pending', withoutCurrent }).finally(
      () => (this.#loading = null),
    )
    return this.#loading
  }

  async #loadOnce(versions: Versions): Promise<Snapshot> {
    const loadedAt = this.#now()
    try {
      this.#snapshot = { ...(await this.#load(versions)), loadedAt }
      this.#failure = null
      return this.#snapshot
    } catch (error) {
      this.#failure = { at: this.#now(), error }
      this.#rules.onError(error)
      throw error
    }
  }

  #unexpired(): readonly string[] {
    const now = this.#now()
    const keys = this.#snapshot?.keys.filter(key => isLive(key, now)) ?? []
    return [...new Set(keys.map(key => key.secret))]
  }

  #age(): number {
    return this.#snapshot === null ? Number.POSITIVE_INFINITY : this.#now() - this.#snapshot.loadedAt
  }

  #maxAge(): number {
    return this.#rules.maxAgeSeconds * 1000
  }

  #now(): number {
    return this.#rules.now().getTime()
  }
}

/** `onError` was, by the load itself. */
function toldAlready(): void {}

function isLive({ expiresAt }: MirroredKey, now: number): boolean {
  return expiresAt === null || now < expiresAt
}

function differs(one: readonly string[], other: readonly string[]): boolean {
  return one.some(secret => !other.includes(secret))
}
