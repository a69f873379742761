import { StartError } from './start-error'
import { startFault } from './start-fault'

/** The message with which the AWS SDK, which finds these itself, says that they are missing. */
const missing: Readonly<Record<string, string>> = {
  'Region is missing': 'no region is known: give --region, or set AWS_REGION',
  'Could not load credentials from any providers':
    'no AWS credentials are found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
}

/** Why a command cannot be done, in one line. */
export function commandFault(thrown: unknown): string {
  const fault = startFault(thrown)
  if (fault instanceof StartError) return fault.message
  if (!(fault instanceof Error)) return String(fault)
  const [, address] = /connect ECONNREFUSED (\S+)/.exec(fault.message) ?? []
  if (address !== undefined) return `nobody answers at ${address}: is the local run still there?`
  const [line = ''] = fault.message.split('\n', 1)
  return missing[line] ?? `${fault.name}: ${line}`
}
