import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { OperatorError, quietSdk } from '../local/operator-error'
import { parseArguments } from '../local/options'
import { benchBundles } from './bundles'
import { benchCalls } from './calls'
import { benchCpu } from './cpu'
import { benchDeliveries } from './deliveries'
import { benchDeliveryCost } from './delivery-cost'
import { type Figure, lineOf, meetsTarget } from './figure'
import { benchGatewayMemory } from './gateway-memory'
import { benchPortal } from './portal'
import { benchSchedules } from './schedules'
import { benchStart } from './start'
import { benchSynth } from './synth'
import { benchThroughput } from './throughput'
import { benchVerify } from './verify'

// `npm run bench [-- --only <name>]` runs each bench in a process of its own, and ends with 1 where one misses a target.

const benches: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  start: benchStart,
  calls: benchCalls,
  cpu: benchCpu,
  schedules: benchSchedules,
  bundles: benchBundles,
  portal: benchPortal,
  throughput: benchThroughput,
  deliveries: benchDeliveries,
  'delivery-cost': benchDeliveryCost,
  'gateway-memory': benchGatewayMemory,
  synth: benchSynth,
  verify: benchVerify,
}

async function main(): Promise<void> {
  const { values } = parseArguments({ options: { only: { type: 'string' } } })
  const names = Object.keys(benches).filter(name => values.only === undefined || values.only === name)
  if (names.length === 0) throw new OperatorError(`--only takes one of ${Object.keys(benches).join(', ')}`)
  for (const name of names) {
    if (values.only === undefined) await measureInProcess(name)
    else await measure(name)
  }
}

async function measure(name: string): Promise<void> {
  console.log(`\n${name}`)
  const figures = (await benches[name]?.()) ?? []
  console.log(figures.map(lineOf).join('\n'))
  if (!figures.every(meetsTarget)) process.exitCode = 1
}

/** So that a bench does not find what another has left behind in its process. */
async function measureInProcess(name: string): Promise<void> {
  const args = ['--import', 'tsx', __filename, '--only', name]
  const [status] = (await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'close')) as [number | null]
  if (status !== 0) process.exitCode = 1
}

quietSdk()
main().catch((error: unknown) => {
  console.error(error instanceof OperatorError ? `keyturn: ${error.message}` : error)
  process.exitCode = 1
})
