/** Like Promise.all, but a failure waits for the others: nothing is under way any more when it throws. */
export async function allDone<Values extends readonly unknown[]>(work: {
  readonly [Index in keyof Values]: Promise<Values[Index]>
}): Promise<Values> {
  await Promise.allSettled(work)
  return Promise.all(work)
}

/** The results of `work` on every item, in order, with at most `lanes` under way at a time. */
export async function inLanes<Item, Result>(
  lanes: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane))
  return results
}
