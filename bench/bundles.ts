import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { functionEnvironment } from '../local/local-aws'
import { buildMounted, type Bundle, endBuilder, functionSources, localMounts } from '../scripts/bundle'
import { median, type Row } from './interleaved'

/** Bundles of the three SDK clients that a function cannot do without, and nothing else. */
const baselines = {
  'three-clients': 'bench/fixtures/three-clients.ts',
  'delivery-clients': 'bench/fixtures/delivery-clients.ts',
}
const baselineOf = (name: string): keyof typeof baselines => (name === 'deliver' ? 'delivery-clients' : 'three-clients')
const rounds = 5
const pairs = 32
const mostTime = 1.35
const mostSize = 1.6

/** What it costs to import each function's bundle, and how large it is, against its three AWS clients alone. */
export async function benchBundles(): Promise<{ rows: Row[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bundles-'))
  try {
    const bundles = await buildMounted(folder, { ...functionSources, ...baselines })
    await endBuilder()
    const contracts = Buffer.byteLength(JSON.stringify(localMounts)) / 1024
    const rows: Row[] = [{ name: 'all contracts, beside each bundle', value: contracts, unit: 'KB', ok: true }]
    for (const name of Object.keys(functionSources)) {
      rows.push(...(await rowsOf(named(bundles, name), named(bundles, baselineOf(name)))))
    }
    return { rows }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function named(bundles: readonly Bundle[], name: string): Bundle {
  const bundle = bundles.find(each => each.name === name)
  if (bundle === undefined) throw new TypeError(`${name} was not built`)
  return bundle
}

async function rowsOf(bundle: Bundle, baseline: Bundle): Promise<readonly Row[]> {
  const { name } = bundle
  const imports = await importInPairs(bundle, baseline)
  const time = medianOfRounds(imports, ([own, clients]) => own / clients)
  const size = bundle.bytes / baseline.bytes
  const unit = '× clients'
  return [
    { name: `import of ${name}`, value: medianOfRounds(imports, ([own]) => own), unit: 'ms', ok: true },
    { name: `import of ${name}, ratio`, value: time, unit, target: `≤ ${mostTime}`, ok: time <= mostTime },
    { name: `size of ${name}`, value: bundle.bytes / 1024, unit: 'KB', ok: true },
    { name: `size of ${name}, ratio`, value: size, unit, target: `≤ ${mostSize}`, ok: size <= mostSize },
  ]
}

/** Milliseconds to import a bundle and, next to it, its clients alone. */
type Pair = readonly [own: number, clients: number]

/** What slows one import down slows its neighbour down; which of them comes first alternates. */
async function importInPairs(bundle: Bundle, baseline: Bundle): Promise<readonly (readonly Pair[])[]> {
  const taken: Pair[][] = []
  for (let round = 0; round < rounds; round += 1) {
    const current: Pair[] = []
    for (let pair = 0; pair < pairs; pair += 2) {
      current.push([await importTime(bundle), await importTime(baseline)])
      const clients = await importTime(baseline)
      current.push([await importTime(bundle), clients])
    }
    taken.push(current)
  }
  return taken
}

/** The median over the rounds of each round's median: the least of many pairs would be a matter of luck. */
function medianOfRounds(imports: readonly (readonly Pair[])[], value: (pair: Pair) => number): number {
  return median(imports.map(round => median(round.map(value))))
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
