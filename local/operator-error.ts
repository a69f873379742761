import { systemCode } from '../scripts/files'

/** Why a command of the local run cannot go on, in one line that says what to do about it. */
export class OperatorError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartError'
  }
}

const rights = 'see to it that the user who starts Keyturn may read and write it'

const remedies: Readonly<Record<string, string>> = {
  EACCES: rights,
  EPERM: rights,
  EROFS: rights,
  EISDIR: 'a folder stands where a file belongs: move it away',
  ERR_FS_EISDIR: 'a folder stands where a file belongs: move it away',
  EEXIST: 'a file stands where a folder belongs: move it away',
  ENOTDIR: 'a file stands where a folder belongs: move it away',
  ENOSPC: 'the disk is full',
}

/** What to tell of an error that ends a start: a file that cannot be used is named, with what to do about it. */
export function namedFault(error: unknown): unknown {
  const code = systemCode(error)
  const path = pathOf(error)
  if (code === undefined || path === undefined) return error
  const remedy = remedies[code]
  return new OperatorError(`${path} cannot be used (${code})${remedy === undefined ? '' : `; ${remedy}`}`, {
    cause: error,
  })
}

function pathOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('path' in error)) return undefined
  return typeof error.path === 'string' ? error.path : undefined
}

/** The message with which the AWS SDK, which finds these itself, says that they are missing. */
const missing: Readonly<Record<string, string>> = {
  'Region is missing': 'no region is known: give --region, or set AWS_REGION',
  'Could not load credentials from any providers':
    'no AWS credentials are found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
}

/** Why a command cannot be done, in one line. */
export function commandFault(thrown: unknown): string {
  const fault = namedFault(thrown)
  if (fault instanceof OperatorError) return fault.message
  if (!(fault instanceof Error)) return String(fault)
  const [, address] = /connect ECONNREFUSED (\S+)/.exec(fault.message) ?? []
  if (address !== undefined) return `nobody answers at ${address}: is the local run still there?`
  const [line = ''] = fault.message.split('\n', 1)
  return missing[line] ?? `${fault.name}: ${line}`
}
