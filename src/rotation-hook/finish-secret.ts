import { choosesSecret } from '../contracts/contract'
import { completeGiving } from './chosen-secret'
import { HookError } from './hook-error'
import { removeSettledIntents } from './intent'
import type { HookDeps, RotatedSecret, StepWork } from './ports'

/**
 * Makes the pending version current, then takes its intents away.
 * @throws {HookError} `nothing-stored`, `current-moved`
 */
export async function finishSecret(deps: HookDeps, work: StepWork): Promise<void> {
  const { rotatedSecret, contract } = deps
  const { secretId, token, currentVersionId } = work
  if (currentVersionId !== token) {
    const pending = await rotatedSecret.read(secretId, token)
    if (pending === null) throw new HookError('nothing-stored', 'the version has no value')
    if (choosesSecret(contract)) await completeGiving(deps, work)
    const moved = await rotatedSecret.moveCurrent(secretId, { from: currentVersionId, to: token })
    if (moved === 'mismatch') await requireCurrent(rotatedSecret, work)
  }
  await removeSettledIntents(rotatedSecret, work)
}

/** A move whose reply was lost is refused when it is tried again. */
async function requireCurrent(rotatedSecret: RotatedSecret, { secretId, token }: StepWork): Promise<void> {
  const { labels } = await rotatedSecret.describe(secretId)
  if (!labels[token]?.includes('AWSCURRENT')) throw new HookError('current-moved', 'another version became current')
}
