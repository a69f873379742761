import { simulate, type SimulateOptions } from './simulate'

export interface SeedRange {
  readonly from: number
  readonly seeds: number
}

/** The first seed of the range whose schedule breaks an invariant, with the schedule step by step, or null. */
export async function firstViolation(
  { from, seeds }: SeedRange,
  options: SimulateOptions = {},
): Promise<string | null> {
  for (let seed = from; seed < from + seeds; seed++) {
    if ((await simulate(seed, options)) !== null) return schedule(seed, options)
  }
  return null
}

/** What happens under one seed, step by step, and which invariant it breaks. */
export async function schedule(seed: number, options: SimulateOptions = {}): Promise<string> {
  const lines: string[] = []
  const violation = await simulate(seed, { ...options, trace: line => lines.push(line) })
  const end = violation === null ? `seed ${seed}: every invariant held` : `seed ${seed} broke: ${violation}`
  return [...lines, end, `again: npm run simulate -- --seed ${seed}`].join('\n')
}
