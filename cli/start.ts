import { OperatorError } from '../local/operator-error'
import { systemCode } from '../scripts/files'

// `keyturn start`: the local run, with the functions that come with the package.

/** Runs until Ctrl-C. @throws {OperatorError} where the embedded DynamoDB is not installed, which the package leaves out */
export async function start(args: readonly string[]): Promise<void> {
  const { runLocally } = await import('../local/run-locally').catch((error: unknown) => {
    const isMissing = systemCode(error) === 'MODULE_NOT_FOUND' || systemCode(error) === 'ERR_MODULE_NOT_FOUND'
    throw isMissing ? new OperatorError('start needs dynalite: npm install dynalite@4', { cause: error }) : error
  })
  await runLocally(args)
}
