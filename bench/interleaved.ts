/** What is timed. Its result is awaited only where that is a promise. */
export type Work = () => unknown

export interface Interleaving {
  readonly rounds: number
  /** About how long one contestant runs in one round. */
  readonly batchMs: number
}

/** Nanoseconds a call, one a round, by contestant's name. */
export type Samples = ReadonlyMap<string, readonly number[]>

/**
 * Times every contestant in every round, each round in a random order, so that whatever else the machine does, and
 * what the contestant before leaves to the garbage collector, falls on all of them. All run the same number of calls.
 */
export async function interleave(
  contestants: Readonly<Record<string, Work>>,
  { rounds, batchMs }: Interleaving,
): Promise<Samples> {
  const works = Object.entries(contestants)
  const samples = new Map<string, number[]>(works.map(([name]) => [name, []]))
  const calls = await callsFor(works, batchMs)
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of shuffled(works)) samples.get(name)?.push(await nanosecondsPerCall(work, calls))
  }
  return samples
}

/** The median over the rounds of `name`'s time divided by `by`'s in the same round. */
export function medianRatio(samples: Samples, name: string, by: string): number {
  const divisors = samples.get(by) ?? []
  return median((samples.get(name) ?? []).map((value, round) => value / (divisors[round] ?? Number.NaN)))
}

export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

function shuffled<T>(items: readonly T[]): T[] {
  const keyed = items.map(item => ({ item, key: Math.random() }))
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item)
}

/** Warms every contestant up, then counts how many calls of the quickest fill a batch. */
async function callsFor(works: readonly (readonly [string, Work])[], batchMs: number): Promise<number> {
  let quickest = Number.POSITIVE_INFINITY
  for (const [, work] of works) {
    for (let i = 0; i < 3; i += 1) await nanosecondsPerCall(work, 500)
    quickest = Math.min(quickest, await nanosecondsPerCall(work, 100))
  }
  return Math.max(1, Math.round((batchMs * 1e6) / quickest))
}

async function nanosecondsPerCall(work: Work, calls: number): Promise<number> {
  const start = process.hrtime.bigint()
  for (let call = 0; call < calls; call += 1) {
    const result = work()
    if (result instanceof Promise) await result
  }
  return Number(process.hrtime.bigint() - start) / calls
}
