import { parseArgs } from 'node:util'
import { firstViolation, schedule } from './first-violation'

/** `npm run simulate -- --seeds N [--from S]` runs N schedules; `-- --seed S` shows one, step by step. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seeds: { type: 'string' }, from: { type: 'string' }, seed: { type: 'string' } },
  })
  if (values.seed !== undefined) return console.log(await schedule(Number(values.seed)))
  const range = { from: Number(values.from ?? 0), seeds: Number(values.seeds ?? 20_000) }
  const started = performance.now()
  const violation = await firstViolation(range)
  const milliseconds = Math.round(performance.now() - started)
  if (violation !== null) {
    console.log(violation)
    process.exitCode = 1
  } else console.log(`${range.seeds} schedules from seed ${range.from}: every invariant held (${milliseconds} ms)`)
}

void main()
