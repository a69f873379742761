import { inspect } from 'node:util'
import { commandFault, OperatorError } from '../local/operator-error'
import { quietSdk } from '../local/quiet-sdk'

/** Runs one command to its end, or tells why it cannot be done; the exit code is then 1. */
export async function runCommand(command: () => Promise<void>, tell = toldInOneLine): Promise<void> {
  quietSdk()
  try {
    await command()
  } catch (error) {
    console.error(tell(error))
    process.exitCode = 1
  }
}

/** For tools of our own: what is not the caller's mistake is told with its stack. */
export function toldInFull(error: unknown): string {
  return error instanceof OperatorError ? toldInOneLine(error) : inspect(error)
}

export function toldInOneLine(error: unknown): string {
  return `keyturn: ${commandFault(error)}`
}
