import type { Timers } from '../../../src/client/timers'

interface Timer {
  readonly milliseconds: number
  readonly run: () => void
}

export interface ManualTimers extends Timers {
  /** Every length that was asked for, in milliseconds, oldest first. */
  readonly asked: number[]
  /** Those that neither ran nor were kept from it. */
  readonly open: Set<Timer>
  /** Lets the time of the open timer of this length come. */
  fire(milliseconds: number): void
}

/** Timers whose time comes when a test says so; those of at most `quickMs` at once, one turn of the loop later. */
export function manualTimers(quickMs = 0): ManualTimers {
  const asked: number[] = []
  const open = new Set<Timer>()
  let now = 0
  const come = (timer: Timer): void => {
    if (!open.delete(timer)) return
    now += timer.milliseconds
    timer.run()
  }
  return {
    asked,
    open,
    now: () => now,
    random: () => 0,
    after: (milliseconds, run) => {
      const timer = { milliseconds, run }
      asked.push(milliseconds)
      open.add(timer)
      if (milliseconds <= quickMs) setImmediate(come, timer)
      return () => void open.delete(timer)
    },
    fire: milliseconds => {
      const timer = [...open].find(each => each.milliseconds === milliseconds)
      if (timer === undefined) throw new Error(`no timer of ${milliseconds} ms is open`)
      come(timer)
    },
  }
}
