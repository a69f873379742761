import { banner } from './banner'
import { Closers } from './closers'
import { startLocalRun } from './local-run'
import { quietSdk } from './quiet-sdk'
import { StartError } from './start-error'
import { startOptions } from './start-options'
import { whenParentEnds } from './when-parent-ends'

// `npm start`: the whole of Keyturn on this machine, until Ctrl-C.

const closers = new Closers()
let stopping = false

/** Stops everything that has been started, then ends the process. Only the first call counts. */
async function stop(exitCode: number): Promise<void> {
  if (stopping) return
  stopping = true
  await closers.close().finally(() => process.exit(exitCode))
}

async function main(): Promise<void> {
  quietSdk()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0))
  whenParentEnds(() => void stop(0))
  try {
    const options = startOptions(process.argv.slice(2))
    const local = await startLocalRun(options, closers)
    console.log(banner(local, options.dataDir))
  } catch (error) {
    if (!stopping) console.error(error instanceof StartError ? `keyturn: ${error.message}` : error)
    await stop(1)
  }
}

void main()
