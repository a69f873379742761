import { commandFault } from './command-fault'
import { quietSdk } from './quiet-sdk'

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

export function toldInOneLine(error: unknown): string {
  return `keyturn: ${commandFault(error)}`
}
