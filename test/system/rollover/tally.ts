/** What happened to one contract's deliveries. */
export class Tally {
  /** Genuine deliveries, each counted once however often it was tried. */
  genuine = 0
  /** Accepted at the first try. */
  acceptedAtOnce = 0
  /** Refused at first, accepted at a later try. */
  acceptedLater = 0
  /** Never accepted. */
  lost = 0
  /** From the first try to the accepted one, at the longest. */
  longestWindowMs = 0
  forged = 0
  forgedAccepted = 0
  rotations = 0
  /** What a receiver rejected that read its one secret at the start. */
  naiveRejected = 0

  accepted(tries: number, sinceMs: number): void {
    if (tries === 1) this.acceptedAtOnce += 1
    else this.acceptedLater += 1
    if (tries > 1) this.longestWindowMs = Math.max(this.longestWindowMs, sinceMs)
  }

  get rejectedAtFirst(): number {
    return this.acceptedLater + this.lost
  }
}

const columns = [
  'rotations',
  'genuine',
  'rejectedAtFirst',
  'lost',
  'longestWindowMs',
  'forged',
  'forgedAccepted',
  'naiveRejected',
] as const

/** The tallies as a table, one line a contract. */
export function tallyTable(tallies: ReadonlyMap<string, Tally>): string {
  const lines = [...tallies].map(([name, tally]) => [name, ...columns.map(column => String(Math.round(tally[column])))])
  const rows = [['contract', ...columns], ...lines]
  return rows.map(row => row.map((cell, nth) => (nth === 0 ? cell.padEnd(12) : cell.padStart(16))).join('')).join('\n')
}
