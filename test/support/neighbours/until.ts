import { setTimeout as wait } from 'node:timers/promises'

const lookAgainMs = 20
const longestMs = 90_000

/** Resolves once it is so. @throws {Error} naming it, when it is not within a minute and a half */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + longestMs
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`it did not come to this: ${what}`)
    await wait(lookAgainMs)
  }
}
