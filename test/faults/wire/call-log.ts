/** One call to AWS as it passed the proxy. */
export interface RecordedCall {
  /** The operation and how many of it there were by then: `UpdateItem 2`. */
  readonly name: string
  readonly startedAt: number
  /** When its reply was on the way back; infinite while, and where, there is none. */
  endedAt: number
}

/** Calls in the order they came. */
export interface CallLog {
  readonly calls: readonly RecordedCall[]
  add(operation: string): RecordedCall
}

export function callLog(): CallLog {
  const calls: RecordedCall[] = []
  const counts = new Map<string, number>()
  return {
    calls,
    add: operation => {
      const count = (counts.get(operation) ?? 0) + 1
      counts.set(operation, count)
      const call = { name: `${operation} ${count}`, startedAt: performance.now(), endedAt: Number.POSITIVE_INFINITY }
      calls.push(call)
      return call
    },
  }
}

/** How many calls had to wait for one another: the longest chain in which each began after the one before had ended. */
export function depthOf(calls: readonly RecordedCall[]): number {
  const byEnd = [...calls].sort((one, other) => one.endedAt - other.endedAt)
  const depths = new Map<RecordedCall, number>()
  for (const call of byEnd) {
    const before = byEnd.filter(({ endedAt }) => endedAt <= call.startedAt).map(each => depths.get(each) ?? 0)
    depths.set(call, 1 + Math.max(0, ...before))
  }
  return Math.max(0, ...depths.values())
}
