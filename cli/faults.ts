import { ConfigError } from '../config/schema'
import { fileFault, OperatorError } from '../local/operator-error'
import { shown } from '../src/core/shown'

// Tells why a command could not be done.

/** One line after the program's name; a configuration's faults have a line each, which begins with the file. */
export function toldInOneLine(error: unknown): string {
  if (error instanceof ConfigError) return error.message.split('\n').map(shown).join('\n')
  return `keyturn: ${shown(commandFault(error))}`
}

/** The message with which the AWS SDK says that it found none of these. */
const missing: Readonly<Record<string, string>> = {
  'Region is missing': 'no region is known: give --region, or set AWS_REGION',
  'Could not load credentials from any providers':
    'no AWS credentials are found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
}

/** Why a command cannot be done, in one line, or a line a fault of a configuration. */
export function commandFault(thrown: unknown): string {
  const fault = fileFault(thrown)
  if (fault instanceof OperatorError || fault instanceof ConfigError) return fault.message
  if (!(fault instanceof Error)) return String(fault)
  const [, address] = /connect ECONNREFUSED (\S+)/.exec(fault.message) ?? []
  if (address !== undefined) return `nobody answers at ${address}: is the local run still there?`
  const [line = ''] = fault.message.split('\n', 1)
  return missing[line] ?? `${fault.name}: ${line}`
}
