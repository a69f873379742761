import type { HookDeps, StepWork } from './deps'
import { HookError } from './hook-error'
import { formatIntent, intentTag } from './intent'
import { retryingCall } from './retrying-call'
import type { Rotated } from './vendor'
import { VendorError } from './vendor-error'

/**
 * A new secret from the vendor. Where the vendor does not promise to replay a reply, an intent is written first, and
 * taken back when it is certain that nothing was made.
 * @param lost whether an earlier call may have made a secret that nobody has
 * @throws {HookError} `lost-reply` where the rule is to stop then
 */
export async function rotateAtVendor(deps: HookDeps, work: StepWork, lost: boolean): Promise<Rotated> {
  if (lost) goOnOrStop(deps)
  if (deps.contract.vendorReplays) return replayed(deps, work)
  await deps.own.tag(work.secretId, intentTag, formatIntent({ token: work.token, at: deps.now() }))
  try {
    return await retryingCall(deps, () => deps.vendor.rotate(work.token))
  } catch (error) {
    if (!lost && error instanceof VendorError && error.rotated === 'no') await deps.own.untag(work.secretId, intentTag)
    throw error
  }
}

/** The version's id as `Idempotency-Key` brings the same secret again, unless a later rotation took its place. */
async function replayed(deps: HookDeps, { token }: StepWork): Promise<Rotated> {
  try {
    return await retryingCall(deps, () => deps.vendor.rotate(token))
  } catch (error) {
    if (!(error instanceof VendorError) || error.code !== 'vendor-superseded') throw error
    goOnOrStop(deps)
    return retryingCall(deps, () => deps.vendor.rotate(`${token}.again`))
  }
}

function goOnOrStop({ lostReply, log, contract }: HookDeps): void {
  if (lostReply === 'rotate-again') log.info('a lost secret is replaced by a new one', { contract: contract.name })
  else throw new HookError('lost-reply', 'the vendor may have made a secret whose reply was lost')
}
