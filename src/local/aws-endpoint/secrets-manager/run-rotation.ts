import { holderOf } from './labels'
import type { RotationsOptions } from './rotations'
import type { SecretState } from './secret-state'

/** One rotation: of the secret, to the version. */
export interface RotationWork {
  readonly region: string
  readonly arn: string
  readonly token: string
}

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const

/**
 * Runs all steps, one after the other. Ends early where the rotation was cancelled, the version is no longer pending, or
 * the endpoint closes. Rejects when a step failed, or the last one left AWSCURRENT where it was.
 */
export async function runRotation(options: RotationsOptions, work: RotationWork, closing: AbortSignal): Promise<void> {
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
export async function runTest(options: RotationsOptions, work: RotationWork): Promise<void> {
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
