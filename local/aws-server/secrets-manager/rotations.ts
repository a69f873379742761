import { setTimeout as delay } from 'node:timers/promises'
import { holderOf } from './labels'
import type { SecretState } from './secret'
import type { SecretStore } from './secret-store'
import { withoutTestVersion } from './versions'

// The rotations under way: each invokes the secret's function for the four steps, and again when one fails.

/** The functions that Secrets Manager may invoke. */
export interface RotationFunctions {
  has(functionArn: string): boolean
  /** Rejects when the function failed. */
  invoke(functionArn: string, event: object): Promise<unknown>
  /** The pauses between tries of a rotation; each try does all steps. After the last one the version stays pending. */
  readonly pausesMs: readonly number[]
}

/** Secrets Manager may invoke nothing. */
export const noFunctions: RotationFunctions = {
  has: () => false,
  invoke: () => Promise.reject(new Error('there is no such function')),
  pausesMs: [],
}

/** The rotations under way. Nothing of them is stored: a restart forgets them, and `RotateSecret` tries them again. */
export interface Rotations {
  hasFunction(functionArn: string): boolean
  start(work: RotationWork): void
  /** Runs testSecret alone, then takes the work's version away. */
  test(work: RotationWork): void
  /** Resolves once nothing is under way. */
  close(): Promise<void>
}

/** One rotation: of the secret, to the version. */
export interface RotationWork {
  readonly region: string
  readonly arn: string
  readonly token: string
}

export interface RotationsOptions {
  readonly functions: RotationFunctions
  /** The secrets of a region as they are now. */
  readonly storeOf: (region: string) => SecretStore
  readonly now: () => Date
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

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const

/**
 * Runs all steps, one after the other. Ends early where the rotation was cancelled, the version is no longer pending, or
 * the server closes. Rejects when a step failed, or the last one left AWSCURRENT where it was.
 */
async function runRotation(options: RotationsOptions, work: RotationWork, closing: AbortSignal): Promise<void> {
  const store = options.storeOf(work.region)
  for (const step of steps) {
    const secret = await store.find(work.arn)
    if (closing.aborted || !isWanted(secret, work.token)) return
    await invokeStep(options, { ...work, secret, step })
  }
  const { versions } = await store.find(work.arn)
  if (holderOf(versions, 'AWSCURRENT')?.id !== work.token) throw new Error('AWSCURRENT did not move')
  await store.change(work.arn, secret => ({ secret: { ...secret, lastRotatedAt: options.now() } }))
}

/** Runs testSecret alone. */
async function runTest(options: RotationsOptions, work: RotationWork): Promise<void> {
  const secret = await options.storeOf(work.region).find(work.arn)
  await invokeStep(options, { ...work, secret, step: 'testSecret' })
}

function isWanted({ rotation, versions }: SecretState, token: string): boolean {
  const labels = versions.find(({ id }) => id === token)?.labels ?? []
  return rotation?.enabled === true && (labels.includes('AWSPENDING') || labels.includes('AWSCURRENT'))
}

async function invokeStep(
  { functions }: RotationsOptions,
  { secret, step, arn, token }: RotationWork & { readonly secret: SecretState; readonly step: string },
): Promise<void> {
  const event = { Step: step, SecretId: arn, ClientRequestToken: token }
  if (secret.rotation !== null) await functions.invoke(secret.rotation.functionArn, event)
}
