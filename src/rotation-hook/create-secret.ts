import { choosesSecret } from '../contracts/contract'
import { chosenDocument } from './chosen-secret'
import { nextDocument, secretsIn } from './document'
import { HookError } from './hook-error'
import { announceIntent, intentsIn, keepsIntents, openIntents } from './intent'
import type { HookDeps, SecretVersion, StepWork, VendorRotation } from './ports'
import { faultOfNew } from './secret-fault'
import { withRetries, VendorError } from './vendor-failure'

/**
 * Asks the vendor for a new secret, or makes one where the vendor makes none, and stores it as AWSPENDING at once. A
 * version that has its value is left alone.
 * @throws {VendorError} as calling the vendor
 * @throws {HookError} `lost-reply`, `no-current-version`, `another-value`
 */
export async function createSecret(deps: HookDeps, work: StepWork): Promise<void> {
  const { secretId, token, currentVersionId } = work
  if ((await deps.rotatedSecret.read(secretId, token)) !== null) return
  const current = await deps.rotatedSecret.read(secretId, currentVersionId)
  if (current === null) throw new HookError('no-current-version', 'AWSCURRENT has no value')
  if (choosesSecret(deps.contract)) return storeChosen(deps, work, current)
  const rotated = await newSecret(deps, work, current)
  const document = nextDocument(deps, { rotated, current, token, now: deps.now() })
  if ((await deps.rotatedSecret.putPending(secretId, token, document)) === 'stored') return
  throw new HookError('another-value', 'the pending version was stored meanwhile with another value')
}

/** Of two runs that make a secret for the version at once, the one that stored it first counts: nobody has the other. */
async function storeChosen(deps: HookDeps, work: StepWork, current: SecretVersion): Promise<void> {
  await deps.rotatedSecret.putPending(work.secretId, work.token, await chosenDocument(deps, work, current))
}

/**
 * A secret that consumers do not have yet: the one whose reply was lost or that was never made current, where the vendor
 * shows it again, or else a new one.
 */
async function newSecret(deps: HookDeps, work: StepWork, current: SecretVersion): Promise<VendorRotation> {
  const lost = openIntents(deps, work.token, work.state).length > 0
  const recovered = lost ? await shownAgain(deps, current) : null
  if (lost && recovered === null) goOnOrStop(deps)
  const intent = keepsIntents(deps) ? await announceIntent(deps, work) : null
  const wasAsked = lost || intentsIn(work.state).some(({ token }) => token === work.token)
  return recovered ?? rotateAtVendor(deps, work, { intent: wasAsked ? null : intent, known: secretsIn(current) })
}

/**
 * The secret whose reply was lost, from a vendor that shows its secret again. Null: the vendor made none, or nothing is
 * known that tells it from the one before.
 */
async function shownAgain({ vendor, contract }: HookDeps, current: SecretVersion): Promise<VendorRotation | null> {
  const known = secretsIn(current).filter(secret => faultOfNew(contract, secret) === null)
  const shown = known.length === 0 ? null : await vendor.reveal()
  return shown === null || known.includes(shown.secret.reveal()) ? null : shown
}

interface Asking {
  /** The tag to take back when it is certain that the vendor made nothing; null: none. */
  readonly intent: string | null
  /** What consumers have: no new secret. */
  readonly known: readonly string[]
}

/**
 * A new secret from the vendor.
 * @throws {HookError} `lost-reply` where a later rotation took the place of the version's, and the rule is to stop then
 */
async function rotateAtVendor(deps: HookDeps, work: StepWork, { intent, known }: Asking): Promise<VendorRotation> {
  let isUntouched = true
  const rotate = async (key: string): Promise<VendorRotation> => {
    let isSent = false
    try {
      return requireNew(await deps.vendor.rotate(key, () => (isSent = true)), known)
    } catch (error) {
      isUntouched &&= error instanceof VendorError ? error.rotated === 'no' : !isSent
      throw error
    }
  }
  try {
    return await rotatedFor(deps, work.token, rotate)
  } catch (error) {
    if (intent !== null && isUntouched) await deps.rotatedSecret.untag(work.secretId, intent)
    throw error
  }
}

/** A vendor that answers with a secret of before may have made another one: a change that was ignored, or a stale read. */
function requireNew(rotated: VendorRotation, known: readonly string[]): VendorRotation {
  if (!known.includes(rotated.secret.reveal())) return rotated
  throw new VendorError('vendor-secret-unchanged', { status: null, rotated: 'maybe', retryAfterSeconds: null })
}

/** A replaying vendor brings the same secret for the version's id again, unless a later rotation took its place. */
async function rotatedFor(
  deps: HookDeps,
  token: string,
  rotate: (key: string) => Promise<VendorRotation>,
): Promise<VendorRotation> {
  try {
    return await withRetries(deps, () => rotate(token))
  } catch (error) {
    if (!(error instanceof VendorError) || error.code !== 'vendor-superseded') throw error
    goOnOrStop(deps)
    return withRetries(deps, () => rotate(`${token}.again`))
  }
}

/** @throws {HookError} `lost-reply` where the rule is to stop */
function goOnOrStop({ lostReply, log, contract }: HookDeps): void {
  if (lostReply === 'rotate-again') log.info('a lost secret is replaced by a new one', { contract: contract.name })
  else throw new HookError('lost-reply', 'the vendor may have made a secret whose reply was lost')
}
