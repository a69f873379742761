import { ConfigError } from '../config/schema'
import { banner } from './banner'
import { Closers } from './closers'
import { startLocalRun } from './local-run'
import { fileFault, OperatorError, quietSdk } from './operator-error'
import { startOptions } from './options'

// The process of the local run. What it starts, and in which order, is in `local-run.ts`.

/** Runs the whole of Keyturn on this machine until Ctrl-C, then ends the process. */
export async function runLocally(args: readonly string[]): Promise<void> {
  quietSdk()
  const closers = new Closers()
  const exit = exitAfter(closers)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void exit.begin(0))
  whenParentEnds(() => void exit.begin(0))
  try {
    const options = startOptions(args)
    const { description, showRequests, ...started } = await startLocalRun(options, closers)
    console.log(banner(description, { ...options, ...started, now: new Date() }))
    showRequests()
  } catch (error) {
    if (!exit.begun()) printFault(fileFault(error))
    await exit.begin(1)
  }
}

interface Exit {
  begun(): boolean
  /** Closes everything that was started, then ends the process. Only the first call counts. */
  begin(exitCode: number): Promise<void>
}

function exitAfter(closers: Closers): Exit {
  let begun = false
  return {
    begun: () => begun,
    begin: async exitCode => {
      if (begun) return
      begun = true
      await closers.close().finally(() => process.exit(exitCode))
    },
  }
}

const parentCheckMs = 250

/**
 * Under npm, calls `ended` once the parent process is gone: when npm is killed, the local run must not stay behind and
 * keep its ports. A run that was started by hand goes on without its parent.
 */
function whenParentEnds(ended: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    ended()
  }, parentCheckMs)
  timer.unref()
}

function printFault(fault: unknown): void {
  if (fault instanceof ConfigError) console.error(fault.message)
  else console.error(fault instanceof OperatorError ? `keyturn: ${fault.message}` : fault)
}
