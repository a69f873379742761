import { HookError } from './hook-error'
import { removeSettledIntents } from './intent'
import type { HookDeps, StepWork } from './ports'

/**
 * Makes the pending version current, then takes its intents away.
 * @throws {HookError} `nothing-stored`, `current-moved`
 */
export async function finishSecret({ own }: HookDeps, work: StepWork): Promise<void> {
  const { secretId, token, currentVersionId } = work
  if (currentVersionId !== token) {
    if ((await own.read(secretId, token)) === null) throw new HookError('nothing-stored', 'the version has no value')
    const moved = await own.moveCurrent(secretId, { from: currentVersionId, to: token })
    if (moved === 'mismatch') await requireCurrent({ own }, work)
  }
  await removeSettledIntents(own, work)
}

/** A move whose reply was lost is refused when it is tried again. */
async function requireCurrent({ own }: Pick<HookDeps, 'own'>, { secretId, token }: StepWork): Promise<void> {
  const { labels } = await own.describe(secretId)
  if (!labels[token]?.includes('AWSCURRENT')) throw new HookError('current-moved', 'another version became current')
}
