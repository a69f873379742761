import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { LocalDescription } from '../../local/local-description'

export interface LocalRunOptions {
  /** A temporary folder where absent, removed again by `stop`. */
  readonly dataDir?: string
  /** `.build` where absent. */
  readonly buildDir?: string
  readonly fresh?: boolean
  /** The configuration with contracts of a platform's own. */
  readonly config?: string
  /** Whether a line is printed for a request. Default: none is. */
  readonly requests?: 'shown'
  /** A file that each of its processes and workers loads before anything else. */
  readonly preload?: string
  /** Beside what this process has. */
  readonly environment?: Readonly<Record<string, string>>
}

export interface TestLocalRun {
  /** What `local.json` says. */
  readonly local: LocalDescription
  readonly dataDir: string
  readonly buildDir: string
  readonly pid: number
  /** Everything printed so far. */
  output(): string
  /** As Ctrl-C does. Resolves to the exit code. */
  stop(): Promise<number | null>
  /** As `kill -9` does; leaves the data folder. */
  kill(): Promise<void>
}

const root = resolve(__dirname, '../..')
const readyWithinMs = 60_000
const attempts = 5

/** Starts the real local run in its own process on two free ports, and resolves once it says that it is ready. */
export async function startLocalRun(options: LocalRunOptions = {}): Promise<TestLocalRun> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'keyturn-local-')))
  const buildDir = resolve(root, options.buildDir ?? '.build')
  const run = await startOnFreePorts({ ...options, dataDir, buildDir })
  const local = JSON.parse(await readFile(join(dataDir, 'local.json'), 'utf8')) as LocalDescription
  return {
    local,
    dataDir,
    buildDir,
    pid: run.child.pid ?? 0,
    output: run.output,
    kill: async () => {
      await endProcess(run.child, 'SIGKILL')
    },
    stop: async () => {
      const exitCode = await endProcess(run.child, 'SIGTERM')
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
      return exitCode
    },
  }
}

interface Started {
  readonly child: ChildProcess
  readonly output: () => string
}

type StartOptions = LocalRunOptions & Required<Pick<LocalRunOptions, 'dataDir' | 'buildDir'>>

/** Another process may take a port between the look and the start: then other ports are tried. */
async function startOnFreePorts(options: StartOptions): Promise<Started> {
  for (let attempt = 1; ; attempt += 1) {
    const args = ['--port', String(await freePorts()), '--data-dir', options.dataDir, '--build-dir', options.buildDir]
    const more = [
      ...(options.fresh === true ? ['--fresh'] : []),
      ...(options.requests === 'shown' ? [] : ['--quiet']),
      ...configOf(options),
    ]
    const run = spawnLocalRun([...args, ...more], options)
    if (await isReady(run)) return run
    const taken = /port \d+ is in use/.test(run.output())
    if (!taken || attempt === attempts) throw new Error(`the local run did not start:\n${run.output()}`)
  }
}

function configOf({ config }: LocalRunOptions): readonly string[] {
  return config === undefined ? [] : ['--config', config]
}

/** `npm start -- <args>` without npm. Nothing is left over: as under npm, it ends with the process above it. */
export function spawnLocalRun(
  args: readonly string[],
  { preload, environment = {} }: Pick<LocalRunOptions, 'preload' | 'environment'> = {},
): Started {
  const loads = ['--import', 'tsx', ...(preload === undefined ? [] : ['--require', preload])]
  const child = spawn(process.execPath, [...loads, 'local/main.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...environment, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  return { child, output: () => output }
}

/** Waits until it says that it is ready; false when it ended instead. */
async function isReady({ child, output }: Started): Promise<boolean> {
  const giveUpAt = Date.now() + readyWithinMs
  while (child.exitCode === null && child.signalCode === null) {
    if (output().includes('Ctrl-C stops it.')) return true
    if (Date.now() > giveUpAt) await endProcess(child, 'SIGKILL')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  return false
}

/** Sends the signal, waits for the end, and returns the exit code. */
async function endProcess(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const closed = once(child, 'close')
    child.kill(signal)
    await closed
  }
  return child.exitCode
}

/** A port that is free together with the next one. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const port = await tryPort(0)
    if (port !== null && port < 65535 && (await tryPort(port + 1)) !== null) return port
  }
}

async function tryPort(port: number): Promise<number | null> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  } catch {
    return null
  } finally {
    server.close()
  }
}
