/** Like Promise.all, but a failure waits for the others: nothing is under way any more when it throws. */
export async function allDone<Values extends readonly unknown[]>(work: {
  readonly [Index in keyof Values]: Promise<Values[Index]>
}): Promise<Values> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
