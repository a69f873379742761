/** How long a tenant counts as full after it was found so. */
const rememberedMs = 500

interface Full {
  /** On the clock of `performance.now`. */
  readonly until: number
  /** How many messages may look again before that. */
  chances: number
}

/**
 * Tenants that were found to have as many attempts under way as they may. Their messages go back into the queue without a
 * look at the table, so that thousands of them cost others nothing; each attempt that ends here lets one of them look.
 */
export class FullTenants {
  readonly #found = new Map<string, Full>()

  note(tenantId: string): void {
    const now = performance.now()
    for (const [other, { until }] of this.#found) if (until <= now) this.#found.delete(other)
    this.#found.set(tenantId, { until: now + rememberedMs, chances: 0 })
  }

  /** Whether a message is to go back at once. One that is not uses up a chance. */
  isFull(tenantId: string): boolean {
    const full = this.#found.get(tenantId)
    if (full === undefined || full.until <= performance.now()) return false
    if (full.chances === 0) return true
    full.chances -= 1
    return false
  }

  /** An attempt of the tenant has ended in this process. */
  hasRoom(tenantId: string): void {
    const full = this.#found.get(tenantId)
    if (full !== undefined) full.chances += 1
  }
}
