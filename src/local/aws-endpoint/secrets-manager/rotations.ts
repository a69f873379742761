import { setTimeout as delay } from 'node:timers/promises'
import { withoutTestVersion } from './pending-version'
import { runRotation, runTest, type RotationWork } from './run-rotation'
import type { SecretStore } from './secret-store'

/** The functions that Secrets Manager may invoke. */
export interface RotationFunctions {
  has(functionArn: string): boolean
  /** Rejects when the function failed. */
  invoke(functionArn: string, event: object): Promise<unknown>
  /** Between one try of a rotation and the next, which is whole again. After the last one the version stays pending. */
  readonly pausesMs: readonly number[]
}

/** The rotations under way. Nothing of them is kept: a restart forgets them, and `RotateSecret` tries them again. */
export interface Rotations {
  hasFunction(functionArn: string): boolean
  start(work: RotationWork): void
  /** Runs testSecret alone, then takes the work's version away. */
  test(work: RotationWork): void
  /** Resolves once nothing is under way. */
  close(): Promise<void>
}

export interface RotationsOptions {
  readonly functions: RotationFunctions
  /** The secrets of a region as they are now. */
  readonly storeOf: (region: string) => SecretStore
  readonly now: () => Date
}

export const noFunctions: RotationFunctions = {
  has: () => false,
  invoke: () => Promise.reject(new Error('there is no such function')),
  pausesMs: [],
}

export function openRotations(options: RotationsOptions): Rotations {
  const underWay = new Map<string, Promise<void>>()
  const closing = new AbortController()
  const begin = (work: RotationWork, run: () => Promise<void>): void => {
    const key = `${work.arn} ${work.token}`
    if (closing.signal.aborted || underWay.has(key)) return
    const ended = run().finally(() => underWay.delete(key))
    underWay.set(key, ended)
  }
  return {
    hasFunction: arn => options.functions.has(arn),
    start: work => begin(work, () => rotateUntilDone(options, work, closing.signal)),
    test: work => begin(work, () => testOnce(options, work)),
    close: async () => {
      closing.abort()
      await Promise.all(underWay.values())
    },
  }
}

async function rotateUntilDone(options: RotationsOptions, work: RotationWork, closing: AbortSignal): Promise<void> {
  for (const pauseMs of [...options.functions.pausesMs, null]) {
    if (closing.aborted || (await succeeds(() => runRotation(options, work, closing))) || pauseMs === null) return
    await delay(pauseMs, null, { signal: closing, ref: false }).catch(() => undefined)
  }
}

async function testOnce(options: RotationsOptions, work: RotationWork): Promise<void> {
  await succeeds(() => runTest(options, work))
  const store = options.storeOf(work.region)
  await succeeds(() => store.change(work.arn, secret => ({ secret: withoutTestVersion(secret, work.token) })))
}

/** What failed is in the function's own log. */
async function succeeds(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run()
    return true
  } catch {
    return false
  }
}
