import { startFilledRun } from './filled-run'
import type { FilledRun } from './filled-run'
import { median } from './interleaved'
import type { Row } from './row'

const few = 1_000
const many = 100_000
const rounds = 5
const mostGrowth = 1.2
/** Rotations a round, by how many are under way at once. */
const loads = [
  { atOnce: 1, rotations: 60 },
  { atOnce: 16, rotations: 200 },
] as const
type Load = (typeof loads)[number]

/**
 * Rotations a second through two local runs, one with 1,000 and one with 100,000 endpoints. They take turns, so that
 * whatever else the machine does falls on both. Endpoints are put straight into the table; the same number is rotated
 * in both, and only those have mirrors.
 */
export async function benchThroughput(): Promise<{ rows: Row[] }> {
  const small = await startFilledRun(few)
  try {
    const large = await startFilledRun(many)
    try {
      const rows: Row[] = []
      for (const load of loads) rows.push(...(await rowsOf(load, small, large)))
      return { rows }
    } finally {
      await large.close()
    }
  } finally {
    await small.close()
  }
}

async function rowsOf(load: Load, small: FilledRun, large: FilledRun): Promise<readonly Row[]> {
  const rates: { readonly small: number; readonly large: number }[] = []
  for (let round = 0; round <= rounds; round += 1) {
    rates.push({ small: await rateOf(load, small, round), large: await rateOf(load, large, round) })
  }
  const warm = rates.slice(1)
  const growth = median(warm.map(rate => rate.small / rate.large))
  const at = `${load.atOnce} at once`
  return [
    { name: `rotations, ${at}, ${few} endpoints`, value: median(warm.map(rate => rate.small)), unit: '/s', ok: true },
    { name: `rotations, ${at}, ${many} endpoints`, value: median(warm.map(rate => rate.large)), unit: '/s', ok: true },
    {
      name: `time of a rotation, ${at}, ${many} : ${few} endpoints`,
      value: growth,
      unit: '×',
      target: `≤ ${mostGrowth}`,
      ok: growth <= mostGrowth,
    },
  ]
}

/** Rotations a second. Each round goes on with the endpoints where the one before stopped. */
async function rateOf({ atOnce, rotations: count }: Load, { rotations }: FilledRun, round: number): Promise<number> {
  const queue = Array.from({ length: count }, (_, at) => rotations[(round * count + at) % rotations.length])
  const lane = async (): Promise<void> => {
    for (let rotation = queue.shift(); rotation !== undefined; rotation = queue.shift()) await rotation()
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: atOnce }, lane))
  return count / ((performance.now() - start) / 1000)
}
