import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { systemCode } from '../scripts/files'
import { OperatorError } from '../local/operator-error'
import { sayOnStderr } from './command'

// CDKTF's command line as the lock file beside this one names it, byte for byte: it runs with AWS credentials. It is 420 MB
// and needed for deployments alone, so it is no dependency, but installed once into a folder of its own.

export interface LockedInstall {
  /** The folder with `package.json` and `package-lock.json`. */
  readonly source: string
  /** Holds a folder for each lock file. */
  readonly cache: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly say: (line: string) => void
}

const lockedFiles = ['package.json', 'package-lock.json'] as const
const command = 'node_modules/cdktf-cli/bundle/bin/cdktf'

/** The file to run with Node.js. @throws {OperatorError} when it cannot be installed */
export function lockedCdktf(given: Partial<LockedInstall> = {}): string {
  const install = { ...usualInstall(), ...given }
  const folder = join(install.cache, `cdktf-cli-${lockHash(install.source)}`)
  if (!existsSync(folder)) installInto(folder, install)
  return join(folder, command)
}

function usualInstall(): LockedInstall {
  const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  return {
    source: resolve(__dirname, 'cdktf-cli'),
    cache: join(caches, 'keyturn'),
    environment: process.env,
    say: sayOnStderr,
  }
}

function lockHash(source: string): string {
  const hash = createHash('sha256')
  for (const file of lockedFiles) hash.update(readFileSync(join(source, file)))
  return hash.digest('hex').slice(0, 16)
}

/** The folder appears whole or not at all, whoever else installs it meanwhile. */
function installInto(folder: string, { source, cache, environment, say }: LockedInstall): void {
  mkdirSync(cache, { recursive: true })
  const made = mkdtempSync(`${folder}.`)
  try {
    for (const file of lockedFiles) copyFileSync(join(source, file), join(made, file))
    say("Installing CDKTF's command line (420 MB, once) …")
    const args = ['ci', '--prefix', made, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error']
    const env = withoutCredentials(environment)
    const { status, error } = spawnSync('npm', args, { cwd: made, env, stdio: ['ignore', process.stderr, 'inherit'] })
    if (error) throw error
    if (status !== 0)
      throw new OperatorError(`CDKTF's command line could not be installed: npm ci ended with ${status}`)
    if (!existsSync(join(made, command))) throw new OperatorError(`npm ci installed no ${command}`)
    putInPlace(made, folder)
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/** What is installed must not see them. */
function withoutCredentials(environment: LockedInstall['environment']): LockedInstall['environment'] {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')))
}

function putInPlace(made: string, folder: string): void {
  try {
    renameSync(made, folder)
  } catch (error) {
    // Somebody else was faster, with the same files.
    if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error
  }
}
