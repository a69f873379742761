import type { HookDeps, StepWork } from './deps'
import { HookError } from './hook-error'
import { isReplyLost } from './intent'
import { nextDocument, secretsIn } from './next-document'
import type { OwnVersion } from './own-secret'
import { rotateAtVendor } from './rotate-at-vendor'
import type { Rotated } from './vendor'

/**
 * Asks the vendor for a new secret and stores it as AWSPENDING at once. A version that has its value is left alone.
 * @throws {VendorError} as calling the vendor
 * @throws {HookError} `lost-reply`, `no-current-version`, `another-value`
 */
export async function createSecret(deps: HookDeps, work: StepWork): Promise<void> {
  const { secretId, token, currentVersionId } = work
  if ((await deps.own.read(secretId, token)) !== null) return
  const current = await deps.own.read(secretId, currentVersionId)
  if (current === null) throw new HookError('no-current-version', 'AWSCURRENT has no value')
  const lost = await isReplyLost(deps, work)
  const recovered = lost ? await shownAgain(deps, current) : null
  const rotated = recovered ?? (await rotateAtVendor(deps, work, lost))
  const document = nextDocument(deps, { rotated, current, token, now: deps.now() })
  if ((await deps.own.putPending(secretId, token, document)) === 'stored') return
  throw new HookError('another-value', 'the pending version was stored meanwhile with another value')
}

/** The secret whose reply was lost, from a vendor that shows its secret again; null where that made none. */
async function shownAgain({ vendor }: HookDeps, current: OwnVersion): Promise<Rotated | null> {
  const shown = await vendor.reveal()
  return shown === null || secretsIn(current).includes(shown.secret.reveal()) ? null : shown
}
