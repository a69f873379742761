import type { Sabotage } from './cloud'
import type { HookSabotage } from './hook/bed'
import { simulateHook } from './hook/simulate-hook'
import { type PublishedOptions, simulatePublished } from './published/simulate-published'
import { simulate } from './simulate'

export interface SeedRange {
  readonly from: number
  readonly seeds: number
}

/** A kind of schedules, each of which is known by its seed. */
export interface Schedules<Takes> {
  /** How one schedule is shown: the option of `npm run simulate` that takes its seed. */
  readonly option: 'seed' | 'published-seed' | 'hook-seed'
  /** Runs one. Returns the first invariant that it broke, or null. */
  readonly run: (seed: number, options: ScheduleOptions<Takes>) => Promise<string | null>
}

export interface ScheduleOptions<Takes> {
  readonly sabotage?: Takes
  readonly trace?: (line: string) => void
}

/** Requests to the control plane. */
export const requestSchedules: Schedules<Sabotage> = { option: 'seed', run: simulate }
/** Keys that are published, and the deliveries that receivers check meanwhile. */
export const publishedSchedules: Schedules<Sabotage> = { option: 'published-seed', run: simulatePublished }
/** The same with keys that sign at once: receivers refuse deliveries. */
export const controlSchedules: Schedules<Sabotage> = {
  option: 'published-seed',
  run: (seed, options: PublishedOptions) => simulatePublished(seed, { ...options, control: true }),
}
/** Rotations of a consumer's secret by the rotation hook, at the control plane as its vendor. */
export const hookSchedules: Schedules<HookSabotage> = { option: 'hook-seed', run: simulateHook }

/** The first seed of the range whose schedule breaks an invariant, with the schedule step by step, or null. */
export function firstViolation(range: SeedRange, options: ScheduleOptions<Sabotage> = {}): Promise<string | null> {
  return firstViolationOf(requestSchedules, range, options)
}

/** As `firstViolation`, of any kind of schedules. */
export async function firstViolationOf<Takes>(
  schedules: Schedules<Takes>,
  { from, seeds }: SeedRange,
  options: ScheduleOptions<Takes> = {},
): Promise<string | null> {
  for (let seed = from; seed < from + seeds; seed++) {
    if ((await schedules.run(seed, options)) !== null) return schedule(schedules, seed, options)
  }
  return null
}

/** What happens under one seed, step by step, and which invariant it breaks. */
export async function schedule<Takes>(
  { option, run }: Schedules<Takes>,
  seed: number,
  options: ScheduleOptions<Takes> = {},
): Promise<string> {
  const lines: string[] = []
  const violation = await run(seed, { ...options, trace: line => lines.push(line) })
  const end = violation === null ? `seed ${seed}: every invariant held` : `seed ${seed} broke: ${violation}`
  return [...lines, end, `again: npm run simulate -- --${option} ${seed}`].join('\n')
}
