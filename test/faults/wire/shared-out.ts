/** The results of all work, which the workers take as they get to it. */
export async function sharedOut<Work, Result>(
  all: readonly Work[],
  workers: readonly ((work: Work) => Promise<Result>)[],
): Promise<readonly Result[]> {
  const queue = [...all]
  const results: Result[] = []
  const drain = async (worker: (work: Work) => Promise<Result>): Promise<void> => {
    for (let work = queue.shift(); work !== undefined; work = queue.shift()) results.push(await worker(work))
  }
  await Promise.all(workers.map(drain))
  return results
}
