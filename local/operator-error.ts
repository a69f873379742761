import { systemCode } from '../scripts/files'

// What operators read on their terminal when `npm start` or a command cannot go on.

/** Why a command cannot go on, in one line that says what to do about it. */
export class OperatorError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OperatorError'
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

/** For a file or folder that cannot be used: an `OperatorError` that names it and its remedy. Any other error as it is. */
export function fileFault(error: unknown): unknown {
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

/** Keeps the AWS SDK from printing, at every start on Node 20, that its later versions will need Node 22. */
export function quietSdk(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
}
