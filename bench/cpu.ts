import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildMounted, endBuilder } from '../scripts/bundle'
import { functionEnvironment } from '../local/function-environment'
import type { Figure } from './figure'

const mostMilliseconds = 0.5
const run = promisify(execFile)

/** Processor time of our own in one rotation: the built handler from event to result, over AWS clients that are stubs. */
export async function benchCpu(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-cpu-'))
  try {
    await buildMounted(folder, { rotate: 'bench/cpu-process.ts' })
    await endBuilder()
    const bundle = join(folder, 'rotate/index.js')
    const env = functionEnvironment({ name: 'rotate', bundle, aws: 'http://127.0.0.1:1' })
    const { stdout } = await run(process.execPath, [bundle], { env })
    // Milliseconds by contract, as `cpu-process.ts` prints them.
    return Object.entries(JSON.parse(stdout) as Readonly<Record<string, number>>).map(figureOf)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function figureOf([contract, value]: readonly [string, number]): Figure {
  return { name: `own processor time of a rotation, ${contract}`, value, unit: 'ms', most: mostMilliseconds }
}
