import { systemCode } from './file-error'
import { StartError } from './start-error'

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
export function startFault(error: unknown): unknown {
  const code = systemCode(error)
  const path = pathOf(error)
  if (code === undefined || path === undefined) return error
  const remedy = remedies[code]
  return new StartError(`${path} cannot be used (${code})${remedy === undefined ? '' : `; ${remedy}`}`, {
    cause: error,
  })
}

function pathOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('path' in error)) return undefined
  return typeof error.path === 'string' ? error.path : undefined
}
