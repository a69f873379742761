import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { runCommand, toldInFull } from '../cli/command'
import { OperatorError } from '../local/operator-error'
import { parseArguments } from '../local/options'
import { benchBundles } from './bundles'
import { benchCalls } from './calls'
import { benchCpu } from './cpu'
import { benchDeliveries } from './deliveries'
import type { Row } from './interleaved'
import { benchSchedules } from './schedules'
import { benchStart } from './start'
import { benchSynth } from './synth'
import { benchThroughput } from './throughput'
import { benchVerify } from './verify'

// `npm run bench [-- --only name]`: measures, each bench in a process of its own, and ends with 1 where a target is missed.

const benches: Readonly<Record<string, () => Promise<{ rows: Row[] }>>> = {
  start: benchStart,
  calls: benchCalls,
  cpu: benchCpu,
  schedules: benchSchedules,
  bundles: benchBundles,
  throughput: benchThroughput,
  deliveries: benchDeliveries,
  synth: benchSynth,
  verify: benchVerify,
}

async function main(): Promise<void> {
  const { values } = parseArguments({ options: { only: { type: 'string' } } })
  const names = Object.keys(benches).filter(name => values.only === undefined || values.only === name)
  if (names.length === 0) throw new OperatorError(`--only takes one of ${Object.keys(benches).join(', ')}`)
  for (const name of names) {
    if (values.only === undefined) await inProcess(name)
    else await measure(name)
  }
}

async function measure(name: string): Promise<void> {
  console.log(`\n${name}`)
  const { rows } = (await benches[name]?.()) ?? { rows: [] }
  console.log(rows.map(printed).join('\n'))
  if (rows.some(({ ok }) => !ok)) process.exitCode = 1
}

/** One bench must not find what another has left behind in its process. */
async function inProcess(name: string): Promise<void> {
  const args = ['--import', 'tsx', __filename, '--only', name]
  const [status] = (await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'close')) as [number | null]
  if (status !== 0) process.exitCode = 1
}

function printed({ name, value, unit, target, ok }: Row): string {
  const figure = value.toLocaleString('en', { maximumFractionDigits: 2 })
  return `${ok ? '  ' : '! '}${name.padEnd(56)}${figure.padStart(12)} ${unit.padEnd(10)}${target ?? ''}`
}

void runCommand(main, toldInFull)
