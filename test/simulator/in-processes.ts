import { build } from 'esbuild'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { SeedRange } from './first-violation'
import type * as sabotages from './sabotage'

/**
 * As `firstViolation`, in one process a processor. Each runs compiled code and nothing else: beside other tests, or with
 * names kept for debugging, the same schedules take up to five times as long.
 */
export function firstViolationInProcesses(range: SeedRange, sabotage?: keyof typeof sabotages): Promise<string | null> {
  return printedFirst(range, ['requests', sabotage ?? ''])
}

/** The same of the schedules about published keys. */
export function firstPublishedViolationInProcesses(range: SeedRange): Promise<string | null> {
  return printedFirst(range, ['published', ''])
}

/** The same of the rotation hook's schedules. */
export function firstHookViolationInProcesses(range: SeedRange): Promise<string | null> {
  return printedFirst(range, ['hook', ''])
}

async function printedFirst(range: SeedRange, given: readonly string[]): Promise<string | null> {
  const code = await compiled()
  const runs = shares(range, availableParallelism()).map(({ from, seeds }) =>
    printedBy(code, [String(from), String(seeds), ...given]),
  )
  const found = await Promise.all(runs)
  return found.find(violation => violation !== '') ?? null
}

/** The range in so many parts, or fewer where it is short. */
export function shares({ from, seeds }: SeedRange, count: number): readonly SeedRange[] {
  const size = Math.ceil(seeds / count)
  const parts = Array.from({ length: count }, (_, nth) => ({
    from: from + nth * size,
    seeds: Math.min(size, seeds - nth * size),
  }))
  return parts.filter(part => part.seeds > 0)
}

async function compiled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, 'range-main.ts')],
    bundle: true,
    platform: 'node',
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

/** @throws {Error} when the process fails */
async function printedBy(code: string, given: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['-', ...given], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(code)
  const ended = once(child, 'close')
  const printed = await text(child.stdout)
  const [status] = (await ended) as [number | null]
  if (status !== 0) throw new Error(`the schedules of ${given.join(' ')} ended with status ${status}`)
  return printed
}
