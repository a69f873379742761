import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { functionEnvironment } from '../local/local-aws'
import { buildMounted, endBuilder } from '../scripts/bundle'
import type { Row } from './interleaved'

const mostMilliseconds = 0.5
const run = promisify(execFile)

/** Processor time of our own in one rotation: the built handler from event to result, over AWS clients that are stubs. */
export async function benchCpu(): Promise<{ rows: Row[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-cpu-'))
  try {
    await buildMounted(folder, { rotate: 'bench/cpu-process.ts' })
    await endBuilder()
    const bundle = join(folder, 'rotate/index.js')
    const env = functionEnvironment({ name: 'rotate', bundle, aws: 'http://127.0.0.1:1' })
    const { stdout } = await run(process.execPath, [bundle], { env })
    return { rows: Object.entries(JSON.parse(stdout) as Readonly<Record<string, number>>).map(rowOf) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function rowOf([contract, value]: readonly [string, number]): Row {
  const name = `own processor time of a rotation, ${contract}`
  return { name, value, unit: 'ms', target: `≤ ${mostMilliseconds}`, ok: value <= mostMilliseconds }
}
