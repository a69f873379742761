import type { HookDeps, StepWork } from './deps'
import { HookError } from './hook-error'
import { retryingCall } from './retrying-call'
import type { Rotated } from './vendor'
import { VendorError } from './vendor-error'

/**
 * A new secret from the vendor.
 * @param intent the tag that is to be taken back when it is certain that nothing was made; null: none is
 * @throws {HookError} `lost-reply` where a later rotation took the place of the version's, and the rule is to stop then
 */
export async function rotateAtVendor(
  deps: HookDeps,
  { secretId, token }: StepWork,
  intent: string | null,
): Promise<Rotated> {
  try {
    return await rotatedFor(deps, token)
  } catch (error) {
    const isCertain = error instanceof VendorError && error.rotated === 'no'
    if (intent !== null && isCertain) await deps.own.untag(secretId, intent)
    throw error
  }
}

/** A replaying vendor brings the same secret for the version's id again, unless a later rotation took its place. */
async function rotatedFor(deps: HookDeps, token: string): Promise<Rotated> {
  try {
    return await retryingCall(deps, () => deps.vendor.rotate(token))
  } catch (error) {
    if (!(error instanceof VendorError) || error.code !== 'vendor-superseded') throw error
    goOnOrStop(deps)
    return retryingCall(deps, () => deps.vendor.rotate(`${token}.again`))
  }
}

/** @throws {HookError} `lost-reply` where the rule is to stop */
export function goOnOrStop({ lostReply, log, contract }: HookDeps): void {
  if (lostReply === 'rotate-again') log.info('a lost secret is replaced by a new one', { contract: contract.name })
  else throw new HookError('lost-reply', 'the vendor may have made a secret whose reply was lost')
}
