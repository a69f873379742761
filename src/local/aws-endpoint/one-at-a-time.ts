/** Runs pieces of work one after another where they share a key, and side by side where they do not. */
export type OneAtATime = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

export function oneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
