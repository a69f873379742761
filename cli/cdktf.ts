import { spawnSync } from 'node:child_process'
import { ConfigError } from '../config/schema'
import { runCommand, toldInOneLine } from './command'

// `npm run deploy|diff` and `npm run destroy` run the CDKTF command line through npx: it is large, and nobody who only
// rotates secrets needs it.

const cliPackage = 'cdktf-cli@0.21.0'

/** Runs `cdktf`, with these variables besides its own. Returns its exit status. */
export function cdktf(args: readonly string[], environment: Readonly<Record<string, string>> = {}): number {
  const env = { CHECKPOINT_DISABLE: '1', ...process.env, ...environment }
  const { status, error } = spawnSync('npx', ['--yes', cliPackage, ...args], { stdio: 'inherit', env })
  if (error) throw error
  return status ?? 1
}

/** As `runCommand`, for what reads a configuration: that one's faults are told in a line each. */
export function runScript(command: () => Promise<void>): Promise<void> {
  return runCommand(command, error => (error instanceof ConfigError ? error.message : toldInOneLine(error)))
}
