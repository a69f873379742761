/** Attempts that end elsewhere are looked for this often. */
const betweenLooksMs = 100
/** Messages of a tenant that may wait, for each that may be in work: those that wait occupy a batch as well. */
const mostWaiting = 2

/**
 * What one process works on, by tenant. It has no more messages of a tenant in work than that may have attempts: the others
 * wait here for a moment, without a look at the table. How many attempts there may be in all, the leases decide.
 */
export class OwnAttempts {
  readonly #inWork = new Map<string, number>()
  /** Messages that are to be worked on, longest first. */
  readonly #waiting = new Map<string, Set<() => void>>()
  /** Messages in work that wait for a lease. */
  readonly #watching = new Map<string, Set<() => void>>()

  /**
   * Waits until a message of the tenant may be worked on here. False: not within that time, or enough wait already.
   * Whoever enters leaves.
   */
  async enter(tenantId: string, most: number, milliseconds: number): Promise<boolean> {
    const inWork = this.#inWork.get(tenantId) ?? 0
    if (inWork < most) {
      this.#inWork.set(tenantId, inWork + 1)
      return true
    }
    if ((this.#waiting.get(tenantId)?.size ?? 0) >= mostWaiting * most) return false
    return wokenUp(this.#waiting, tenantId, milliseconds)
  }

  /** A message is done, and its lease given back: the next one that waits takes its place. */
  leave(tenantId: string): void {
    for (const wake of this.#watching.get(tenantId) ?? []) wake()
    const [next] = this.#waiting.get(tenantId) ?? []
    if (next !== undefined) return next()
    const left = (this.#inWork.get(tenantId) ?? 0) - 1
    if (left > 0) this.#inWork.set(tenantId, left)
    else this.#inWork.delete(tenantId)
  }

  /** Waits until a message of the tenant is done here, or for a while. */
  async nextEnd(tenantId: string): Promise<void> {
    await wokenUp(this.#watching, tenantId, betweenLooksMs)
  }
}

/** Waits among those of this name. False: nobody woke it up in time. */
function wokenUp(waiting: Map<string, Set<() => void>>, name: string, milliseconds: number): Promise<boolean> {
  const all = waiting.get(name) ?? new Set()
  waiting.set(name, all)
  return new Promise(resolve => {
    const end = (isWoken: boolean): void => {
      clearTimeout(timer)
      all.delete(wake)
      if (all.size === 0) waiting.delete(name)
      resolve(isWoken)
    }
    const wake = (): void => end(true)
    const timer = setTimeout(() => end(false), milliseconds)
    all.add(wake)
  })
}
