import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { median } from './interleaved'
import type { Figure } from './figure'

const root = resolve(__dirname, '..')
const rounds = 5
const mostSeconds = 2
const mostMistakeSeconds = 3

/** How long `npm run synth` takes, bundles included, and how long a mistake in the configuration takes to be told. */
export async function benchSynth(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-synth-'))
  const mistaken = join(folder, 'mistaken.config.ts')
  cpSync(join(root, 'cdktf.json'), join(folder, 'cdktf.json'))
  writeFileSync(mistaken, "export default { stage: 'dev' }\n")
  const good = join(root, 'keyturn.config.ts')
  const seconds = (config: string, status: number): number =>
    median(Array.from({ length: rounds }, () => synthSeconds(folder, config, status)))
  const figures = [
    { name: 'synth of the whole control plane', value: seconds(good, 0), unit: 's', most: mostSeconds },
    { name: 'a mistake is told', value: seconds(mistaken, 1), unit: 's', most: mostMistakeSeconds },
  ]
  rmSync(folder, { recursive: true })
  return figures
}

function synthSeconds(cwd: string, config: string, expectedStatus: number): number {
  const start = process.hrtime.bigint()
  const args = ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), join(root, 'infra/main.ts')]
  const { status } = spawnSync(process.execPath, args, { cwd, env: { ...process.env, KEYTURN_CONFIG: config } })
  if (status !== expectedStatus) throw new Error(`synth ended with ${status} instead of ${expectedStatus}`)
  return Number(process.hrtime.bigint() - start) / 1e9
}
