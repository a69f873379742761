import { readFileSync } from 'node:fs'

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

/** Whether the process that had this pid and start time is still running. */
export function isRunning(pid: number, start: string | null): boolean {
  if (start !== null) return processStart(pid) === start
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
