import { OperatorError } from '../../local/operator-error'
import { parseArguments, wholeNumber } from '../../local/options'
import { endBuilder } from '../../scripts/bundle'
import { hookSchedules, publishedSchedules, requestSchedules, schedule, type SeedRange } from './first-violation'
import {
  firstHookViolationInProcesses,
  firstPublishedViolationInProcesses,
  firstViolationInProcesses,
} from './in-processes'
import { everyOrder, twoByTwo } from './orders'

/** Those that the random numbers tell apart. */
const seeds = { least: 0, greatest: 2 ** 32 - 1 }

/** How many `npm test` runs; `.ci/run` tries 20,000 of each. */
const usual = { requests: '2000', published: '500', hook: '500' }

/**
 * `npm run simulate -- --seeds N [--from S]` runs N schedules of requests, N about published keys and N of the
 * rotation hook; `-- --seed S`, `-- --published-seed S` or `-- --hook-seed S` shows one, step by step; `-- --orders` runs two whole rotations and two settles in every order, which
 * takes minutes.
 */
async function main(): Promise<void> {
  const { values } = parseArguments({
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      'published-seed': { type: 'string' },
      'hook-seed': { type: 'string' },
      orders: { type: 'boolean' },
    },
  })
  const { seed, 'published-seed': publishedSeed, 'hook-seed': hookSeed } = values
  if (seed !== undefined) return console.log(await schedule(requestSchedules, wholeNumber('--seed', seed, seeds)))
  if (publishedSeed !== undefined) {
    return console.log(await schedule(publishedSchedules, wholeNumber('--published-seed', publishedSeed, seeds)))
  }
  if (hookSeed !== undefined) {
    return console.log(await schedule(hookSchedules, wholeNumber('--hook-seed', hookSeed, seeds)))
  }
  if (values.orders === true) return reportOrders()
  const from = wholeNumber('--from', values.from ?? '0', seeds)
  const count = (given: string): number => wholeNumber('--seeds', values.seeds ?? given, { ...seeds, least: 1 })
  await report('requests', { from, seeds: count(usual.requests) }, firstViolationInProcesses)
  await report('published keys', { from, seeds: count(usual.published) }, firstPublishedViolationInProcesses)
  await report('the rotation hook', { from, seeds: count(usual.hook) }, firstHookViolationInProcesses)
  await endBuilder()
}

async function report(
  kind: string,
  range: SeedRange,
  run: (range: SeedRange) => Promise<string | null>,
): Promise<void> {
  const started = performance.now()
  const violation = await run(range)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const held = `${range.seeds} schedules of ${kind} from seed ${range.from}: every invariant held, in ${seconds} s`
  console.log(violation ?? held)
  if (violation !== null) process.exitCode = 1
}

async function reportOrders(): Promise<void> {
  const { orders, states, violation } = await everyOrder({ operations: twoByTwo, dieAtCommit: false })
  console.log(violation ?? `${orders} orders over ${states} states: every invariant held`)
  if (violation !== null) process.exitCode = 1
}

main().catch((error: unknown) => {
  console.error(error instanceof OperatorError ? `keyturn: ${error.message}` : error)
  process.exitCode = 1
})
