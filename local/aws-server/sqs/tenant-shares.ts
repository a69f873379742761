/** Work that ended: whose it was, when it ended, and how long it took. */
interface Ended {
  readonly group: string
  readonly at: number
  readonly milliseconds: number
}

/** A tenant above this share of what is in flight, with so many of its own, is noisy. */
const noisyShare = 0.1
const leastInFlight = 30
/** Processing time is shared out over so long. */
const windowMs = 5 * 60_000

/**
 * Which tenants of a fair queue are noisy, by the SQS developer guide, "How Amazon SQS fair queues work": a tenant is its
 * message group. It is noisy with more than 10 % of the messages in flight and 30 of its own at the least, or with more
 * than 10 % of the time that consumers spent lately. AWS promises neither figure exactly.
 */
export class TenantShares {
  readonly #inFlight = new Map<string, number>()
  readonly #spent = new Map<string, number>()
  #allInFlight = 0
  #allSpent = 0
  readonly #ended: Ended[] = []

  begin(group: string): void {
    this.#inFlight.set(group, this.inFlight(group) + 1)
    this.#allInFlight += 1
  }

  end(group: string, milliseconds: number, now: number): void {
    const left = this.inFlight(group) - 1
    if (left > 0) this.#inFlight.set(group, left)
    else this.#inFlight.delete(group)
    this.#allInFlight -= 1
    this.#ended.push({ group, at: now, milliseconds })
    this.#spend(group, milliseconds)
  }

  inFlight(group: string): number {
    return this.#inFlight.get(group) ?? 0
  }

  isNoisy(group: string, now: number): boolean {
    this.#forgetBefore(now - windowMs)
    const inFlight = this.inFlight(group)
    if (inFlight >= leastInFlight && inFlight > this.#allInFlight * noisyShare) return true
    return (this.#spent.get(group) ?? 0) > this.#allSpent * noisyShare
  }

  #forgetBefore(time: number): void {
    const kept = this.#ended.findIndex(({ at }) => at >= time)
    const over = this.#ended.splice(0, kept === -1 ? this.#ended.length : kept)
    for (const { group, milliseconds } of over) this.#spend(group, -milliseconds)
  }

  #spend(group: string, milliseconds: number): void {
    const spent = (this.#spent.get(group) ?? 0) + milliseconds
    if (spent > 0) this.#spent.set(group, spent)
    else this.#spent.delete(group)
    this.#allSpent += milliseconds
  }
}
