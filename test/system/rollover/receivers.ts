import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { LocalDescription } from '../../../local/local-description'
import type { MirroredSecretsOptions } from '../../../src/secrets-manager'

/** What a receiver verifies with. */
export interface ReceiverPlan extends Pick<
  MirroredSecretsOptions,
  'secretId' | 'maxAgeSeconds' | 'mismatchIntervalSeconds'
> {
  /** The contract's name. */
  readonly contract: string
}

export interface ReceiversPlan extends Pick<LocalDescription, 'aws' | 'accessKeyId'> {
  readonly receivers: readonly ReceiverPlan[]
}

export interface Receivers {
  /** One of each, in their order. */
  readonly urls: readonly string[]
  close(): Promise<void>
}

/** Starts the receivers in a process of their own, so that they do not wait while the sender is busy. */
export async function startReceivers(plan: ReceiversPlan): Promise<Receivers> {
  const child = fork(join(__dirname, 'receivers-main.ts'), [JSON.stringify(plan)], { execArgv: ['--import', 'tsx'] })
  return { urls: await urlsOf(child), close: () => end(child) }
}

/** @throws {Error} when it ends before it has said where the receivers listen */
async function urlsOf(child: ChildProcess): Promise<readonly string[]> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('the receivers did not start')
  })
  const [urls] = (await Promise.race([once(child, 'message'), ended])) as [readonly string[]]
  ended.catch(() => undefined)
  return urls
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}
