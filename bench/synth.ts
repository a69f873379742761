import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { median, type Row } from './interleaved'

const root = resolve(__dirname, '..')
const rounds = 5
const targetSeconds = 2
const mistakeSeconds = 3

/** How long `npm run synth` takes, bundles included, and how long a mistake in the configuration takes to be told. */
export async function benchSynth(): Promise<{ rows: Row[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-synth-'))
  const mistaken = join(folder, 'mistaken.config.ts')
  cpSync(join(root, 'cdktf.json'), join(folder, 'cdktf.json'))
  writeFileSync(mistaken, "export default { stage: 'dev' }\n")
  const good = join(root, 'keyturn.config.ts')
  const times = (config: string, status: number): number =>
    median(Array.from({ length: rounds }, () => synthSeconds(folder, config, status)))
  const rows = [
    row('synth of the whole control plane', times(good, 0), targetSeconds),
    row('a mistake is told', times(mistaken, 1), mistakeSeconds),
  ]
  rmSync(folder, { recursive: true })
  return { rows }
}

function synthSeconds(cwd: string, config: string, expectedStatus: number): number {
  const start = process.hrtime.bigint()
  const args = ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), join(root, 'infra/main.ts')]
  const { status } = spawnSync(process.execPath, args, { cwd, env: { ...process.env, KEYTURN_CONFIG: config } })
  if (status !== expectedStatus) throw new Error(`synth ended with ${status} instead of ${expectedStatus}`)
  return Number(process.hrtime.bigint() - start) / 1e9
}

function row(name: string, value: number, target: number): Row {
  return { name, value, unit: 's', target: `≤ ${target}`, ok: value <= target }
}
