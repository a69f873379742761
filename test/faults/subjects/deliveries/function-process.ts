import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** The built files: `process-main.ts` around a bundle. */
export interface BuiltProcess {
  readonly main: string
  readonly bundle: string
}

export interface ProcessOptions extends BuiltProcess {
  /** The whole environment of the function: nothing else is inherited. */
  readonly environment: Readonly<Record<string, string>>
  /** What it works on. */
  readonly queueUrls: readonly string[]
  /** By how much its clock is ahead of the machine's. */
  readonly aheadMs: number
}

export interface Ended {
  /** Null: a signal ended it. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Everything that it printed. */
  readonly printed: string
}

export interface FunctionProcess {
  readonly ended: Promise<Ended>
  /** `kill -9`. Resolves once it is gone. */
  kill(): Promise<void>
}

/** Starts a process that works on queues until they have nothing more to give. */
export function startFunctionProcess(options: ProcessOptions): FunctionProcess {
  const { main, bundle, environment, queueUrls, aheadMs } = options
  const child = spawn(process.execPath, [main, bundle, String(aheadMs), ...queueUrls], {
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += String(chunk)))
  const closed = once(child, 'close')
  return {
    ended: closed.then(() => ({ exitCode: child.exitCode, signal: child.signalCode, printed })),
    kill: async () => {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/** Resolves once the process has worked off its queues. @throws with what it printed, where it failed */
export async function untilDone({ ended }: FunctionProcess): Promise<void> {
  const { exitCode, printed } = await ended
  if (exitCode !== 0) throw new Error(`the process failed: ${printed}`)
}
