import { banner } from './banner'
import { Closers } from './closers'
import { startLocalRun } from './local-run'
import { OperatorError, namedFault } from './operator-error'
import { startOptions } from './options'
import { quietSdk } from './quiet-sdk'

/** The whole of Keyturn on this machine, until Ctrl-C. Ends the process. */
export async function runLocally(args: readonly string[]): Promise<void> {
  quietSdk()
  const closers = new Closers()
  const stop = stopper(closers)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop.now(0))
  whenParentEnds(() => void stop.now(0))
  try {
    const options = startOptions(args)
    const local = await startLocalRun(options, closers)
    console.log(banner(local, options.dataDir))
  } catch (error) {
    if (!stop.begun()) tell(namedFault(error))
    await stop.now(1)
  }
}

function tell(fault: unknown): void {
  console.error(fault instanceof OperatorError ? `keyturn: ${fault.message}` : fault)
}

interface Stopper {
  begun(): boolean
  /** Stops everything that has been started, then ends the process. Only the first call counts. */
  now(exitCode: number): Promise<void>
}

function stopper(closers: Closers): Stopper {
  let begun = false
  return {
    begun: () => begun,
    now: async exitCode => {
      if (begun) return
      begun = true
      await closers.close().finally(() => process.exit(exitCode))
    },
  }
}

const everyMs = 250

/**
 * Under npm, calls `ended` once the process above is gone: npm that was killed must not leave the local run behind on
 * its ports. A run that was started by hand goes on without its parent.
 */
export function whenParentEnds(ended: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    ended()
  }, everyMs)
  timer.unref()
}
