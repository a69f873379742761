import type { HookDeps, StepWork } from './deps'
import { HookError } from './hook-error'
import { announceIntent, intentsIn, keepsIntents, openIntents } from './intent'
import { nextDocument, secretsIn } from './next-document'
import type { OwnVersion } from './own-secret'
import { goOnOrStop, rotateAtVendor } from './rotate-at-vendor'
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
  const rotated = await newSecret(deps, work, current)
  const document = nextDocument(deps, { rotated, current, token, now: deps.now() })
  if ((await deps.own.putPending(secretId, token, document)) === 'stored') return
  throw new HookError('another-value', 'the pending version was stored meanwhile with another value')
}

/**
 * A secret that consumers do not have yet: the one whose reply was lost or that was never made current, where the vendor
 * shows it again, or else a new one.
 */
async function newSecret(deps: HookDeps, work: StepWork, current: OwnVersion): Promise<Rotated> {
  const lost = openIntents(deps, work.token, work.state).length > 0
  const recovered = lost ? await shownAgain(deps, current) : null
  if (lost && recovered === null) goOnOrStop(deps)
  const intent = keepsIntents(deps) ? await announceIntent(deps, work, lost) : null
  const wasAsked = lost || intentsIn(work.state).some(({ token }) => token === work.token)
  return recovered ?? rotateAtVendor(deps, work, wasAsked ? null : intent)
}

/**
 * The secret whose reply was lost, from a vendor that shows its secret again; null where that made none, or where nothing
 * is known to tell it from the one before.
 */
async function shownAgain({ vendor }: HookDeps, current: OwnVersion): Promise<Rotated | null> {
  const known = secretsIn(current)
  const shown = known.length === 0 ? null : await vendor.reveal()
  return shown === null || known.includes(shown.secret.reveal()) ? null : shown
}
