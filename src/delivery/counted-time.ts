export interface TimeLimit {
  readonly limitMs: number
  /** The event loop being late by more than this, in all, ends the time as well. */
  readonly mostLateMs: number
  /** Milliseconds that always rise. */
  readonly clock: () => number
}

/** Time is looked at this often. */
const sliceMs = 100
/** A slice that took longer than this on top of its length was held up by something else that this process did. */
const toleratedMs = 50

/**
 * Time that somebody else may use up. What this process itself was late by does not count: while the event loop is busy,
 * a reply may be there and nobody reads it.
 */
export class CountedTime {
  readonly #limit: TimeLimit
  readonly #onOver: () => void
  #used = 0
  #late = 0
  #sliceStartedAt = 0
  #sliceLength = 0
  /** Null while it pauses. */
  #cancel: (() => void) | null = null

  /** Starts at once. `onOver` is called once all that arrived before the end was read. */
  constructor(limit: TimeLimit, onOver: () => void) {
    this.#limit = limit
    this.#onOver = onOver
    this.resume()
  }

  /** Milliseconds that count. */
  get usedMs(): number {
    return this.#used + (this.#cancel === null ? 0 : this.#sliceNow().used)
  }

  /** Milliseconds that the event loop was late by. */
  get lateMs(): number {
    return this.#late + (this.#cancel === null ? 0 : this.#sliceNow().late)
  }

  get isLate(): boolean {
    return this.lateMs >= this.#limit.mostLateMs
  }

  /** Nothing counts from here on, and nothing ends. */
  pause(): void {
    if (this.#cancel === null) return
    const { used, late } = this.#sliceNow()
    this.#used += used
    this.#late += late
    this.#cancel()
    this.#cancel = null
  }

  resume(): void {
    if (this.#cancel !== null) return
    this.#sliceStartedAt = this.#limit.clock()
    this.#sliceLength = Math.max(0, Math.min(sliceMs, this.#limit.limitMs - this.#used))
    const timer = setTimeout(() => this.#tick(), this.#sliceLength)
    this.#cancel = () => clearTimeout(timer)
  }

  #tick(): void {
    this.pause()
    if (this.#used < this.#limit.limitMs && !this.isLate) return this.resume()
    this.#sliceStartedAt = this.#limit.clock()
    // Timers come before what was received meanwhile, immediates after it.
    const soon = setImmediate(() => {
      this.#cancel = null
      this.#onOver()
    })
    this.#cancel = () => clearImmediate(soon)
  }

  #sliceNow(): { readonly used: number; readonly late: number } {
    const took = this.#limit.clock() - this.#sliceStartedAt
    const used = Math.min(took, this.#sliceLength + toleratedMs)
    return { used, late: took - used }
  }
}
