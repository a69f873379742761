import { addSeconds } from '../../../src/core/instant'

/** The machine's clock, moved ahead by a test. */
export interface Clock {
  readonly now: () => Date
  /** By how much, for processes that are started from then on. */
  aheadMs(): number
  pass(seconds: number): void
}

export function startClock(): Clock {
  let aheadSeconds = 0
  return {
    now: () => addSeconds(new Date(), aheadSeconds),
    aheadMs: () => aheadSeconds * 1000,
    pass: seconds => {
      aheadSeconds += seconds
    },
  }
}
