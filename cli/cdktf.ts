import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { configFile, loadConfig } from '../config/load'
import { OperatorError } from '../local/operator-error'
import { sayOnStderr } from './command'
import { checkConcurrency, lambdaClient } from './concurrency'
import { lockedCdktf } from './locked-cdktf'
import { sayWhetherNew } from './new-region'

// `keyturn deploy` and `keyturn diff`, and how `keyturn destroy` runs CDKTF's command line.

/**
 * A mistake in the configuration, and an account that is too small for it, are told before CDKTF is fetched. Returns its
 * exit status. @throws {OperatorError}
 */
export async function deployOrDiff(operation: 'deploy' | 'diff', args: readonly string[]): Promise<number> {
  requireOwnStack()
  const config = await loadConfig(configFile())
  await sayWhetherNew(config)
  if (operation === 'deploy') await checkConcurrency(lambdaClient({ region: config.region }), config, sayOnStderr)
  return runCdktf({ args: [operation, ...args], printTo: process.stdout })
}

/** A platform that has Keyturn in a stack of its own deploys and destroys that stack itself. @throws {OperatorError} */
export function requireOwnStack(): void {
  appOfOwnStack()
}

/** The command that writes Keyturn's own stack. @throws {OperatorError} */
export function appOfOwnStack(): string {
  const { projectId, app } = Object(existsSync('cdktf.json') ? JSON.parse(readFileSync('cdktf.json', 'utf8')) : {})
  if (projectId === 'keyturn') return String(app)
  throw new OperatorError(
    "cdktf.json does not describe Keyturn's own stack here: deploy and destroy a stack of your own with cdktf",
  )
}

export interface CdktfRun {
  readonly args: readonly string[]
  /** Variables besides our own. */
  readonly environment?: Readonly<Record<string, string>>
  readonly printTo: NodeJS.WriteStream
}

/** Returns the exit status: 0 also where the user was asked and said no. */
export function runCdktf({ args, environment = {}, printTo }: CdktfRun): number {
  const env = { CHECKPOINT_DISABLE: '1', ...process.env, ...environment }
  const stdio = ['inherit', printTo, 'inherit'] as const
  const { status, error } = spawnSync(process.execPath, [lockedCdktf(), ...args], { stdio: [...stdio], env })
  if (error) throw error
  return status ?? 1
}
