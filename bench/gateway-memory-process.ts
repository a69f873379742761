import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Closers } from '../local/closers'
import { startLocalRun } from '../local/local-run'
import { quietSdk } from '../local/operator-error'
import { startOptions } from '../local/options'
import { collectGarbage } from '../test/support/collect-garbage'

// `gateway-memory.ts` runs this file in a process of its own: a local run that prints `local.json`, and for each line that
// it reads the megabytes that it holds. It ends with its input.

async function main(args: readonly string[]): Promise<void> {
  quietSdk()
  const closers = new Closers()
  const { description } = await startLocalRun(startOptions(args), closers)
  print(description)
  const lines = createInterface({ input: process.stdin })
  lines.on('line', () => void megabytes().then(print))
  await once(lines, 'close')
  await closers.close()
  process.exit(0)
}

/** Of the main thread after a garbage collection, and of the process with all its functions. */
async function megabytes(): Promise<object> {
  await collectGarbage()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { held: (heapUsed + external) / 1024 / 1024, resident: rss / 1024 / 1024 }
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

void main(process.argv.slice(2))
