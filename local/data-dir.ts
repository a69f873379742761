import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, readIfThere, replaceFile, systemCode } from '../scripts/files'
import { OperatorError } from './operator-error'

/** Marks a folder as ours, and says which process has it: `{pid, start}`, or `{}` once it was given back. */
export const lockFile = 'keyturn.lock'

export interface Taking {
  /** What happens to the data that is there. */
  readonly data: 'kept' | 'removed'
}

/**
 * Takes the data folder for this process, and makes it with mode 0700 where there is none. Returns what gives it back.
 * A lock whose process is gone, also after `kill -9`, does not count.
 * @throws {OperatorError} when it cannot be written, is in use, or holds files but no lock file of ours
 */
export function takeDataDir(dir: string, { data }: Taking): () => void {
  try {
    makeFolder(dir, 0o700)
    assertOurs(dir)
    if (data === 'removed') assertEmptiable(dir)
    takeLock(dir)
    if (data === 'removed') removeAllButLock(dir)
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw new OperatorError(`the data directory ${dir} cannot be written (${code})`, { cause: error })
  }
  return () => replaceFile(join(dir, lockFile), '{}')
}

function assertOurs(dir: string): void {
  const entries = readdirSync(dir)
  if (entries.length === 0 || entries.includes(lockFile)) return
  throw new OperatorError(
    `the data directory ${dir} holds files but no ${lockFile}, so it is not Keyturn's; it was left alone`,
  )
}

/** A lock that cannot be read may be one of ours that was cut short, or somebody else's file: nothing is removed then. */
function assertEmptiable(dir: string): void {
  if (readHolder(join(dir, lockFile)) !== 'unreadable') return
  throw new OperatorError(`the data directory ${dir} holds a ${lockFile} that is not Keyturn's; nothing was removed`)
}

/** Two processes that find the same stale lock at the same moment are told apart by the databases' own locks. */
function takeLock(dir: string): void {
  const file = join(dir, lockFile)
  const mine = JSON.stringify({ pid: process.pid, start: processStart(process.pid) })
  const holder = readHolder(file)
  if (holder === null) writeFileSync(file, mine, { flag: 'wx', mode: 0o600 })
  else if (holder !== 'unreadable' && isHeld(holder))
    throw new OperatorError(`the data directory ${dir} is in use by a running Keyturn`)
  else replaceFile(file, mine)
}

interface Holder {
  readonly pid?: unknown
  readonly start?: unknown
}

/** Null where there is no lock. */
function readHolder(file: string): Holder | 'unreadable' | null {
  const contents = readIfThere(file)
  if (contents === null) return null
  try {
    const holder: unknown = JSON.parse(contents.toString('utf8'))
    return typeof holder === 'object' && holder !== null ? holder : 'unreadable'
  } catch {
    return 'unreadable'
  }
}

function isHeld({ pid, start }: Holder): boolean {
  return typeof pid === 'number' && isRunning(pid, typeof start === 'string' ? start : null)
}

/** Whether the process that had this pid and start time is still running. */
function isRunning(pid: number, start: string | null): boolean {
  if (start !== null) return processStart(pid) === start
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}

/**
 * When a process started, in clock ticks since the machine did: with the pid it names one process for good. Null where
 * the process is gone or only left to be reaped, or the system has no `/proc`.
 */
export function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // proc_pid_stat(5): the name in parentheses may hold anything; the state (3) and the start time (22) come after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return ['Z', 'X'].includes(fields[0] ?? 'X') ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

function removeAllButLock(dir: string): void {
  for (const entry of readdirSync(dir)) {
    if (entry !== lockFile) rmSync(join(dir, entry), { recursive: true })
  }
}
