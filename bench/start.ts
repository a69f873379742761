import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalRun } from '../test/support/local-run'
import { median } from './interleaved'
import type { Figure } from './figure'

const rounds = 3
const mostSeconds = 3

/** How long a local run takes until it is ready, bundles included, on a data folder that has been used before. */
export async function benchStart(): Promise<readonly Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keyturn-start-'))
  try {
    await startSeconds(dataDir)
    const seconds: number[] = []
    for (let round = 0; round < rounds; round += 1) seconds.push(await startSeconds(dataDir))
    const name = `ready, median of ${rounds} starts on a used data folder`
    return [{ name, value: median(seconds), unit: 's', most: mostSeconds }]
  } finally {
    rmSync(dataDir, { recursive: true })
  }
}

async function startSeconds(dataDir: string): Promise<number> {
  const began = performance.now()
  const run = await startLocalRun({ dataDir })
  const seconds = (performance.now() - began) / 1000
  await run.stop()
  return seconds
}
