import { OperatorError } from '../local/operator-error'
import { peersOfStart } from '../scripts/entries'
import { systemCode } from '../scripts/files'
import { installCommand } from '../scripts/peers'

// `keyturn start`: the local run, with the functions that come with the package.

/** Runs until Ctrl-C. @throws {OperatorError} naming what the package leaves out and nobody installed: the storage */
export async function start(args: readonly string[]): Promise<void> {
  const { runLocally } = await import('../local/run-locally').catch((error: unknown) => {
    const missing = missingPeer(error)
    if (missing === undefined) throw error
    throw new OperatorError(`start needs ${missing}, which is not installed: ${installCommand(peersOfStart)}`, {
      cause: error,
    })
  })
  await runLocally(args)
}

function missingPeer(error: unknown): string | undefined {
  const code = systemCode(error)
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return undefined
  const { message } = error instanceof Error ? error : { message: '' }
  return peersOfStart.find(peer => message.includes(`'${peer}'`))
}
