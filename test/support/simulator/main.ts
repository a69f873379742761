import { endBuilder } from '../../../src/local/build'
import { parseArguments } from '../../../src/local/parse-arguments'
import { runCommand, toldInFull } from '../../../src/local/run-command'
import { wholeNumber } from '../../../src/local/whole-number'
import { schedule } from './first-violation'
import { firstViolationInProcesses } from './in-processes'
import { everyOrder, twoByTwo } from './orders'

/** Those that the random numbers tell apart. */
const seeds = { least: 0, greatest: 2 ** 32 - 1 }

/**
 * `npm run simulate -- --seeds N [--from S]` runs N schedules; `-- --seed S` shows one, step by step; `-- --orders` runs
 * two whole rotations and two settles in every order, which takes minutes.
 */
async function main(): Promise<void> {
  const { values } = parseArguments({
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      orders: { type: 'boolean' },
    },
  })
  if (values.seed !== undefined) return console.log(await schedule(wholeNumber('--seed', values.seed, seeds)))
  if (values.orders === true) return reportOrders()
  const range = {
    from: wholeNumber('--from', values.from ?? '0', seeds),
    seeds: wholeNumber('--seeds', values.seeds ?? '20000', { ...seeds, least: 1 }),
  }
  const started = performance.now()
  const violation = await firstViolationInProcesses(range)
  await endBuilder()
  const milliseconds = Math.round(performance.now() - started)
  if (violation !== null) {
    console.log(violation)
    process.exitCode = 1
  } else console.log(`${range.seeds} schedules from seed ${range.from}: every invariant held (${milliseconds} ms)`)
}

async function reportOrders(): Promise<void> {
  const { orders, states, violation } = await everyOrder({ operations: twoByTwo, dieAtCommit: false })
  console.log(violation ?? `${orders} orders over ${states} states: every invariant held`)
  if (violation !== null) process.exitCode = 1
}

void runCommand(main, toldInFull)
