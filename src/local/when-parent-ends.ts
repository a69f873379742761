const everyMs = 250

/**
 * Under npm, calls `ended` once the process above is gone: npm that was killed must not leave the local run behind on
 * its ports. A run that was started by hand goes on without its parent.
 */
export function whenParentEnds(ended: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    ended()
  }, everyMs)
  timer.unref()
}
