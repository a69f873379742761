import { ConfigError } from '../infra/parse-config'
import { runCommand, toldInOneLine } from '../src/local/run-command'

/** As `runCommand`, for what reads a configuration: that one's faults are told in a line each. */
export function runScript(command: () => Promise<void>): Promise<void> {
  return runCommand(command, error => (error instanceof ConfigError ? error.message : toldInOneLine(error)))
}
