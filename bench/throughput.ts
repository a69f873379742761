import { type FilledRun, startFilledRun } from './filled-run'
import { median, type Row } from './interleaved'

const few = 1_000
const many = 100_000
const rounds = 5
const turns = 5
const mostGrowth = 1.2
/** Rotations a turn, by how many are under way at once. */
const loads = [
  { atOnce: 1, rotations: 12 },
  { atOnce: 16, rotations: 48 },
] as const
type Load = (typeof loads)[number]

/**
 * Rotations a second through two local runs, one with 1,000 and one with 100,000 endpoints. They take short turns, so
 * that whatever else the machine does falls on both. Endpoints are put straight into the table; the same number is rotated
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
  const taken: Seconds[] = []
  for (let round = 0; round <= rounds; round += 1) taken.push(await roundOf(load, { small, large }, round))
  const warm = taken.slice(1)
  const growth = median(warm.map(seconds => seconds.large / seconds.small))
  const rate = (run: keyof Seconds): number => (turns * load.rotations) / median(warm.map(seconds => seconds[run]))
  const at = `${load.atOnce} at once`
  return [
    { name: `rotations, ${at}, ${few} endpoints`, value: rate('small'), unit: '/s', ok: true },
    { name: `rotations, ${at}, ${many} endpoints`, value: rate('large'), unit: '/s', ok: true },
    {
      name: `time of a rotation, ${at}, ${many} : ${few} endpoints`,
      value: growth,
      unit: '×',
      target: `≤ ${mostGrowth}`,
      ok: growth <= mostGrowth,
    },
  ]
}

/** What each run took for the rotations of a round. */
interface Seconds {
  readonly small: number
  readonly large: number
}

/** Which of them is first alternates. */
const orders = [
  ['small', 'large'],
  ['large', 'small'],
] as const

async function roundOf(load: Load, runs: Record<keyof Seconds, FilledRun>, round: number): Promise<Seconds> {
  const seconds = { small: 0, large: 0 }
  for (let turn = round * turns; turn < (round + 1) * turns; turn += 1) {
    for (const run of orders[turn % 2] ?? []) seconds[run] += await secondsOf(load, runs[run], turn)
  }
  return seconds
}

/** Each turn goes on with the endpoints where the one before stopped. */
async function secondsOf({ atOnce, rotations: count }: Load, { rotations }: FilledRun, turn: number): Promise<number> {
  const queue = Array.from({ length: count }, (_, at) => rotations[(turn * count + at) % rotations.length])
  const lane = async (): Promise<void> => {
    for (let rotation = queue.shift(); rotation !== undefined; rotation = queue.shift()) await rotation()
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: atOnce }, lane))
  return (performance.now() - start) / 1000
}
