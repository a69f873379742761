import type { EndpointAddress } from '../rotation/ports'

/** How long a tenant counts as full after it was last found so, and how often one of its messages looks meanwhile. */
const rememberedMs = 2000
const betweenLooksMs = 500
/** How long a message waits here for an attempt to end. */
const longestWaitMs = 1000

/** Times are on the clock of `performance.now`. */
interface Full {
  readonly until: number
  nextLookAt: number
  /** How many messages may look before that. */
  chances: number
}

/**
 * What one process knows of its own work. It saves looks at the table, and keeps a tenant's messages from occupying what
 * delivers for others; how many attempts there may be, the leases decide.
 */
export class OwnAttempts {
  /** Messages in work, by tenant. */
  readonly #inWork = new Map<string, number>()
  /** By tenant. */
  readonly #full = new Map<string, Full>()
  /** Attempts under way, by tenant and endpoint. */
  readonly #underWay = new Map<string, number>()
  readonly #waiting = new Map<string, Set<() => void>>()

  /**
   * Whether a message of the tenant is worked on; else it goes back into the queue without a look at the table, since
   * `most` of them are in work here, or the tenant was found full. Whoever enters leaves.
   */
  enter(tenantId: string, most: number): boolean {
    if ((this.#inWork.get(tenantId) ?? 0) >= most || !this.#mayLook(tenantId)) return false
    add(this.#inWork, tenantId, 1)
    return true
  }

  leave(tenantId: string): void {
    add(this.#inWork, tenantId, -1)
  }

  /** The tenant was found to have as many attempts under way as it may. */
  noteFull(tenantId: string): void {
    const now = performance.now()
    for (const [other, { until }] of this.#full) if (until <= now) this.#full.delete(other)
    this.#full.set(tenantId, { until: now + rememberedMs, nextLookAt: now + betweenLooksMs, chances: 0 })
  }

  begun(address: EndpointAddress): void {
    add(this.#underWay, nameOf(address), 1)
  }

  ended(address: EndpointAddress): void {
    add(this.#underWay, nameOf(address), -1)
    const full = this.#full.get(address.tenantId)
    if (full !== undefined) full.chances += 1
    const [next] = this.#waiting.get(nameOf(address)) ?? []
    next?.()
  }

  /** Waits until an attempt at the endpoint ends here, a second at most. False: none did, or none is under way here. */
  async turnAt(address: EndpointAddress): Promise<boolean> {
    const name = nameOf(address)
    if (!this.#underWay.has(name)) return false
    const waiting = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, waiting)
    const hasTurn = await called(waiting)
    if (waiting.size === 0) this.#waiting.delete(name)
    return hasTurn
  }

  /** Each attempt that ends here lets one message look, and so does time: attempts may have ended elsewhere. */
  #mayLook(tenantId: string): boolean {
    const full = this.#full.get(tenantId)
    const now = performance.now()
    if (full === undefined || full.until <= now) return true
    if (full.chances > 0) full.chances -= 1
    else if (full.nextLookAt <= now) full.nextLookAt = now + betweenLooksMs
    else return false
    return true
  }
}

/** Whether it was called, in its turn, before its time was over. */
function called(waiting: Set<() => void>): Promise<boolean> {
  return new Promise(resolve => {
    const end = (hasTurn: boolean): void => {
      clearTimeout(timer)
      waiting.delete(call)
      resolve(hasTurn)
    }
    const call = (): void => end(true)
    const timer = setTimeout(() => end(false), longestWaitMs)
    waiting.add(call)
  })
}

/** No id has a `#`. */
function nameOf({ tenantId, endpointId }: EndpointAddress): string {
  return `${tenantId}#${endpointId}`
}

/** Adds to a count; one that is 0 is not kept. */
function add(counts: Map<string, number>, name: string, change: number): void {
  const next = (counts.get(name) ?? 0) + change
  if (next === 0) counts.delete(name)
  else counts.set(name, next)
}
