const finished: { readonly name: string; readonly seconds: number }[] = []

/** Does the work, and prints how long it took. */
export async function timed<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const start = Date.now()
  try {
    return await work()
  } finally {
    const seconds = (Date.now() - start) / 1000
    finished.push({ name, seconds })
    process.stderr.write(`${name}: ${seconds.toFixed(1)} s\n`)
  }
}

/** What each timed work took so far, a line each, and all of it together. */
export function durations(): string {
  const together = finished.reduce((sum, { seconds }) => sum + seconds, 0)
  return [...finished, { name: 'together', seconds: together }]
    .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${name}`)
    .join('\n')
}
