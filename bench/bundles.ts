import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { endBuilder, functionSources } from '../src/local/build'
import type { Bundle } from '../src/local/build'
import { buildMounted } from '../src/local/build-mounted'
import { functionEnvironment } from '../src/local/function-environment'
import { median } from './interleaved'
import type { Row } from './row'

/** Bundles of the three SDK clients that a function cannot do without, and nothing else. */
const baselines = {
  'three-clients': 'bench/fixtures/three-clients.ts',
  'delivery-clients': 'bench/fixtures/delivery-clients.ts',
}
const baselineOf = (name: string): keyof typeof baselines => (name === 'deliver' ? 'delivery-clients' : 'three-clients')
const rounds = 5
const turns = 16
const mostTime = 1.35
const mostSize = 1.6

/** What it costs to import each function's bundle, and how large it is, against its three AWS clients alone. */
export async function benchBundles(): Promise<{ rows: Row[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bundles-'))
  try {
    const bundles = await buildMounted(folder, { ...functionSources, ...baselines })
    await endBuilder()
    const times = await importTimes(bundles)
    return { rows: bundles.flatMap(bundle => rowsOf(bundle, bundles, times)) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Milliseconds of each turn of each round, by the bundle's name. */
type Times = ReadonlyMap<string, Rounds>

function rowsOf({ name, bytes }: Bundle, bundles: readonly Bundle[], times: Times): readonly Row[] {
  const milliseconds = median((times.get(name) ?? []).map(median))
  const kilobytes = bytes / 1024
  const absolute: readonly Row[] = [
    { name: `import of ${name}`, value: milliseconds, unit: 'ms', ok: true },
    { name: `size of ${name}`, value: kilobytes, unit: 'KB', ok: true },
  ]
  if (name in baselines) return absolute
  const baseline = baselineOf(name)
  const time = medianRatio(times.get(name) ?? [], times.get(baseline) ?? [])
  const size = bytes / (bundles.find(bundle => bundle.name === baseline)?.bytes ?? Number.NaN)
  const unit = '× clients'
  return [
    ...absolute,
    { name: `import of ${name}, ratio`, value: time, unit, target: `≤ ${mostTime}`, ok: time <= mostTime },
    { name: `size of ${name}, ratio`, value: size, unit, target: `≤ ${mostSize}`, ok: size <= mostSize },
  ]
}

/**
 * The median over the rounds of the median over a round's turns: what slows one turn down slows both of its imports
 * down, and the least of many turns would be a matter of luck for either.
 */
function medianRatio(values: Rounds, divisors: Rounds): number {
  return median(values.map((turns, round) => median(ratios(turns, divisors[round] ?? []))))
}

type Rounds = readonly (readonly number[])[]

function ratios(values: readonly number[], divisors: readonly number[]): readonly number[] {
  return values.map((value, turn) => value / (divisors[turn] ?? Number.NaN))
}

/** Every turn imports every bundle once. */
async function importTimes(bundles: readonly Bundle[]): Promise<Times> {
  const times = new Map(bundles.map(({ name }) => [name, Array.from({ length: rounds }, (): number[] => [])]))
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < turns; turn += 1) {
      for (const bundle of bundles) times.get(bundle.name)?.[round]?.push(await importTime(bundle))
    }
  }
  return times
}

/** Processor time, all threads: what else the machine does would be in the time on the clock. */
const script =
  'const b=process.cpuUsage();require(process.argv[1]);const{user,system}=process.cpuUsage(b);console.log((user+system)/1e3)'
const run = promisify(execFile)

async function importTime({ name, file }: Bundle): Promise<number> {
  const env = functionEnvironment({ name, bundle: file, aws: 'http://127.0.0.1:1' })
  const { stdout } = await run(process.execPath, ['-e', script, file], { env })
  return Number(stdout)
}
