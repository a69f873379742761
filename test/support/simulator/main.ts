import { parseArgs } from 'node:util'
import { firstViolationOf, hookSchedules, requestSchedules, schedule, type SeedRange } from './first-violation'
import { everyOrder, twoByTwo } from './orders'

/**
 * `npm run simulate -- --seeds N [--from S]` runs N schedules of requests to the control plane and N of the rotation
 * hook; `-- --seed S` or `-- --hook-seed S` shows one, step by step; `-- --orders` runs two whole rotations and two
 * settles in every order, which takes minutes.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      'hook-seed': { type: 'string' },
      orders: { type: 'boolean' },
    },
  })
  const hookSeed = values['hook-seed']
  if (values.seed !== undefined) return console.log(await schedule(requestSchedules, Number(values.seed)))
  if (hookSeed !== undefined) return console.log(await schedule(hookSchedules, Number(hookSeed)))
  if (values.orders === true) return reportOrders()
  await reportSchedules({ from: Number(values.from ?? 0), seeds: Number(values.seeds ?? 20_000) })
}

async function reportSchedules(range: SeedRange): Promise<void> {
  const started = performance.now()
  const violation = (await firstViolationOf(requestSchedules, range)) ?? (await firstViolationOf(hookSchedules, range))
  const milliseconds = Math.round(performance.now() - started)
  if (violation !== null) {
    console.log(violation)
    process.exitCode = 1
    return
  }
  const kinds = `${range.seeds} schedules of requests and ${range.seeds} of the rotation hook`
  console.log(`${kinds} from seed ${range.from}: every invariant held (${milliseconds} ms)`)
}

async function reportOrders(): Promise<void> {
  const { orders, states, violation } = await everyOrder({ operations: twoByTwo, dieAtCommit: false })
  console.log(violation ?? `${orders} orders over ${states} states: every invariant held`)
  if (violation !== null) process.exitCode = 1
}

void main()
