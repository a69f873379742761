import type { HookDeps, StepWork } from './deps'
import { HookError } from './hook-error'
import { retryingCall } from './retrying-call'
import type { Rotated, Vendor } from './vendor'
import { VendorError } from './vendor-error'

/**
 * A new secret from the vendor.
 * @param intent the tag that is to be taken back when it is certain that nothing was made; null: none is
 * @throws {HookError} `lost-reply` where a later rotation took the place of the version's, and the rule is to stop then
 */
export async function rotateAtVendor(deps: HookDeps, work: StepWork, intent: string | null): Promise<Rotated> {
  let isUntouched = true
  const rotate = async (key: string): Promise<Rotated> => {
    try {
      return await deps.vendor.rotate(key)
    } catch (error) {
      isUntouched &&= error instanceof VendorError && error.rotated === 'no'
      throw error
    }
  }
  try {
    return await rotatedFor(deps, work.token, rotate)
  } catch (error) {
    if (intent !== null && isUntouched) await deps.own.untag(work.secretId, intent)
    throw error
  }
}

/** A replaying vendor brings the same secret for the version's id again, unless a later rotation took its place. */
async function rotatedFor(deps: HookDeps, token: string, rotate: Vendor['rotate']): Promise<Rotated> {
  try {
    return await retryingCall(deps, () => rotate(token))
  } catch (error) {
    if (!(error instanceof VendorError) || error.code !== 'vendor-superseded') throw error
    goOnOrStop(deps)
    return retryingCall(deps, () => rotate(`${token}.again`))
  }
}

/** @throws {HookError} `lost-reply` where the rule is to stop */
export function goOnOrStop({ lostReply, log, contract }: HookDeps): void {
  if (lostReply === 'rotate-again') log.info('a lost secret is replaced by a new one', { contract: contract.name })
  else throw new HookError('lost-reply', 'the vendor may have made a secret whose reply was lost')
}
