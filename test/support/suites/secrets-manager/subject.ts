import { token } from './calls'
import type { Calls } from './calls'

export const hour = 60 * 60 * 1000
export const day = 24 * hour

/** What the rules are tried on. Its calls work only while tests run. */
export interface Subject {
  readonly calls: () => Calls
  /** A name that no other test uses. */
  readonly newName: () => string
  /** Moves the clock forward. */
  readonly pass: (milliseconds: number) => void
}

/** The name of a new secret with `count` versions: `token(1)` of the value `1`, `token(2)` of the value `2` and so on. */
export async function secretWith({ calls, newName }: Subject, count: number): Promise<string> {
  const name = newName()
  await calls().create({ Name: name, SecretString: '1', ClientRequestToken: token(1) })
  for (let nth = 2; nth <= count; nth += 1) {
    await calls().put({ SecretId: name, SecretString: String(nth), ClientRequestToken: token(nth) })
  }
  return name
}

/** The labels of every version that has any. */
export async function labelsOf({ calls }: Subject, name: string): Promise<Record<string, string[]>> {
  return (await calls().describe(name)).VersionIdsToStages ?? {}
}
