interface Phase {
  readonly name: string
  readonly seconds: number
}

const finished: Phase[] = []

/** Runs a phase and says at once how long it took. */
export async function phase<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const start = Date.now()
  try {
    return await work()
  } finally {
    const seconds = (Date.now() - start) / 1000
    finished.push({ name, seconds })
    process.stderr.write(`phase ${name}: ${seconds.toFixed(1)} s\n`)
  }
}

export function phaseTable(): string {
  const total = finished.reduce((sum, { seconds }) => sum + seconds, 0)
  const lines = [...finished, { name: 'together', seconds: total }].map(
    ({ name, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${name}`,
  )
  return lines.join('\n')
}
