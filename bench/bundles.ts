import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildMounted, type Bundle, endBuilder, functionSources, localMounts } from '../scripts/bundle'
import { median } from './interleaved'
import { functionEnvironment } from '../local/function-environment'
import type { Figure } from './figure'

/** Files with the AWS clients that a function cannot do without, and nothing else. */
const baselines = {
  'three-clients': 'bench/fixtures/three-clients.ts',
  'delivery-clients': 'bench/fixtures/delivery-clients.ts',
  'sweep-clients': 'bench/fixtures/sweep-clients.ts',
  'access-clients': 'bench/fixtures/access-clients.ts',
}
const ownBaselines: Readonly<Record<string, keyof typeof baselines>> = {
  deliver: 'delivery-clients',
  sweep: 'sweep-clients',
  access: 'access-clients',
}
const baselineOf = (name: string): keyof typeof baselines => ownBaselines[name] ?? 'three-clients'
const rounds = 5
const pairs = 32
const mostTime = 1.35
const mostSize = 1.6

/** What it costs to import each function's bundle, and how large it is, against its AWS clients alone. */
export async function benchBundles(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bundles-'))
  try {
    const bundles = await buildMounted(folder, { ...functionSources, ...baselines })
    await endBuilder()
    const contracts = Buffer.byteLength(JSON.stringify(localMounts)) / 1024
    const figures: Figure[] = [{ name: 'all contracts, beside each bundle', value: contracts, unit: 'KB' }]
    for (const name of Object.keys(functionSources)) {
      figures.push(...(await figuresOf(named(bundles, name), named(bundles, baselineOf(name)))))
    }
    return figures
  } finally {
    await rm(folder, { recursive: true })
  }
}

function named(bundles: readonly Bundle[], name: string): Bundle {
  const bundle = bundles.find(each => each.name === name)
  if (bundle === undefined) throw new TypeError(`${name} was not built`)
  return bundle
}

async function figuresOf(bundle: Bundle, baseline: Bundle): Promise<readonly Figure[]> {
  const { name } = bundle
  const imports = await importInPairs(bundle, baseline)
  const unit = '× clients'
  return [
    { name: `import of ${name}`, value: medianOfRounds(imports, ([own]) => own), unit: 'ms' },
    {
      name: `import of ${name}, ratio`,
      value: medianOfRounds(imports, ([own, clients]) => own / clients),
      unit,
      most: mostTime,
    },
    { name: `size of ${name}`, value: bundle.bytes / 1024, unit: 'KB' },
    { name: `size of ${name}, ratio`, value: bundle.bytes / baseline.bytes, unit, most: mostSize },
  ]
}

/** Milliseconds to import a bundle and, next to it, its clients alone. */
type Pair = readonly [own: number, clients: number]

/** Imports the two in turn, each first every other time: what slows one down slows its neighbour down as well. */
async function importInPairs(bundle: Bundle, baseline: Bundle): Promise<readonly (readonly Pair[])[]> {
  const imports: Pair[][] = []
  for (let round = 0; round < rounds; round += 1) {
    const current: Pair[] = []
    for (let pair = 0; pair < pairs; pair += 2) {
      current.push([await importTime(bundle), await importTime(baseline)])
      const clients = await importTime(baseline)
      current.push([await importTime(bundle), clients])
    }
    imports.push(current)
  }
  return imports
}

/** The median of the rounds' medians: the least of many pairs would be a matter of luck. */
function medianOfRounds(imports: readonly (readonly Pair[])[], value: (pair: Pair) => number): number {
  return median(imports.map(round => median(round.map(value))))
}

/** Prints the processor time of all threads. The time on the clock would include what else the machine does. */
const importScript =
  'const b=process.cpuUsage();require(process.argv[1]);const{user,system}=process.cpuUsage(b);console.log((user+system)/1e3)'
const run = promisify(execFile)

async function importTime({ name, file }: Bundle): Promise<number> {
  const env = functionEnvironment({ name, bundle: file, aws: 'http://127.0.0.1:1' })
  const { stdout } = await run(process.execPath, ['-e', importScript, file], { env })
  return Number(stdout)
}
