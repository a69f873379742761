import { parseArgs } from 'node:util'
import { endBuilder } from '../../../src/local/build'
import { schedule } from './first-violation'
import { firstViolationInProcesses } from './in-processes'
import { everyOrder, twoByTwo } from './orders'

/**
 * `npm run simulate -- --seeds N [--from S]` runs N schedules; `-- --seed S` shows one, step by step; `-- --orders` runs
 * two whole rotations and two settles in every order, which takes minutes.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      orders: { type: 'boolean' },
    },
  })
  if (values.seed !== undefined) return console.log(await schedule(Number(values.seed)))
  if (values.orders === true) return reportOrders()
  const range = { from: Number(values.from ?? 0), seeds: Number(values.seeds ?? 20_000) }
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

void main()
