import type { Bystander } from './bystander'

/** The bystander's figures: the median without and with the load, in milliseconds. */
export interface Figures {
  readonly quietMs: number
  readonly besideMs: number
}

export interface Row extends Figures {
  readonly kind: string
  /** What the hostile tenant did meanwhile. */
  readonly load: string
}

/** A median beside the load is at most so many times the quiet one. */
export const mostRatio = 3

/** A quiet median below this counts as this: there, what else the machine does moves it by more than a load may. */
const floorMs = 50

export function ratioOf({ quietMs, besideMs }: Figures): number {
  return besideMs / Math.max(quietMs, floorMs)
}

/** Ends a load. @throws what it failed with */
export type EndLoad = () => Promise<void>

/** Measures deliveries, begins the load, and measures them again once it is there. */
export async function compare(bystander: Bystander, begin: () => Promise<EndLoad>): Promise<Figures> {
  await bystander.warmUp()
  const quietMs = median(await bystander.latencies())
  const end = await begin()
  const besideMs = median(await bystander.latencies())
  await end()
  return { quietMs, besideMs }
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** All figures of a run, a line each. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['kind', 'quiet ms', 'beside ms', 'ratio', 'the load meanwhile']
  const cells = rows.map(row => [
    row.kind,
    row.quietMs.toFixed(0),
    row.besideMs.toFixed(0),
    ratioOf(row).toFixed(2),
    row.load,
  ])
  const widths = head.map((title, at) => Math.max(title.length, ...cells.map(line => line[at]?.length ?? 0)))
  const lines = [head, ...cells].map(line =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}
