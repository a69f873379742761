import { newText } from '../contracts/secret-text'
import { Secret } from '../core/secret'
import { nextDocument, secretsIn } from './document'
import { HookError } from './hook-error'
import { intentsIn, intentTag, removeIntents, wasCurrent } from './intent'
import type { HookDeps, SecretVersion, StepWork, VendorRotation } from './ports'
import { withRetries } from './vendor-failure'

// Secrets that the receiver chooses: the vendor makes none and takes what it is given. Nothing can be lost, since the value
// is stored before the vendor gets it.

/**
 * The document with a secret that is made here. Beside the keys of AWSCURRENT it holds those that an earlier rotation may
 * have given to the vendor before it was given up: the vendor may be signing with one of them until it gets the new one.
 */
export async function chosenDocument(deps: HookDeps, work: StepWork, current: SecretVersion): Promise<Secret> {
  const given = await givenBefore(deps, work)
  const made: VendorRotation = {
    secret: new Secret(newText(deps.contract.secret, deps.randomBytes)),
    keyId: null,
    version: null,
    tenantId: null,
    rotatedAt: null,
    previousExpiresAt: undefined,
  }
  return nextDocument(deps, { rotated: made, current, given, token: work.token, now: deps.now() })
}

/** The versions that were given to the vendor, or nearly, and never became current. Secrets Manager may have dropped some. */
async function givenBefore({ rotatedSecret }: HookDeps, work: StepWork): Promise<readonly SecretVersion[]> {
  const tokens = new Set(intentsIn(work.state).map(({ token }) => token))
  const open = [...tokens].filter(token => token !== work.token && !wasCurrent(work.state, token))
  const versions = await Promise.all(open.map(token => rotatedSecret.read(work.secretId, token)))
  return versions.filter(version => version !== null)
}

/**
 * Gives the pending secret to the vendor. An intent is written first, so that a rotation that comes after this one, should
 * it be given up, still knows the secret. Repeats give the same secret, and none once the version is no longer pending: a run
 * that was held up would give the vendor an older secret than receivers have.
 * @throws {VendorError} as calling the vendor
 * @throws {HookError} `nothing-stored`, `not-pending`
 */
export async function giveSecret(deps: HookDeps, { secretId, token, state }: StepWork): Promise<void> {
  const { rotatedSecret, vendor } = deps
  const pending = await rotatedSecret.read(secretId, token)
  const [secret] = pending === null ? [] : secretsIn(pending)
  if (secret === undefined) throw new HookError('nothing-stored', 'the version has no value')
  const name = `${intentTag}:${token}`
  const intent = `${token} ${deps.now().toISOString()}`
  if (state.tags[name] === undefined) await rotatedSecret.tag(secretId, name, intent)
  await withRetries(deps, async () => {
    await requirePending(deps, { secretId, token })
    await vendor.give(new Secret(secret))
  })
  await rotatedSecret.tag(secretId, name, `${intent} ${given}`)
}

/** Ends the intent of a version whose secret the vendor has. */
const given = 'given'

/**
 * Gives the secret to the vendor if that was not done yet, and takes the intents of earlier rotations away, before it
 * becomes current: from then on a step that is repeated would take those of the next rotation.
 * @throws as `giveSecret`
 */
export async function completeGiving(deps: HookDeps, work: StepWork): Promise<void> {
  const { state, token, secretId } = work
  const isGiven = state.tags[`${intentTag}:${token}`]?.endsWith(` ${given}`) === true
  if (!isGiven) await giveSecret(deps, work)
  const superseded = intentsIn(state).filter(intent => intent.token !== token)
  await removeIntents(deps.rotatedSecret, secretId, superseded)
}

/** A rotation that began meanwhile either sees the intent, or is seen here. */
async function requirePending(
  { rotatedSecret }: HookDeps,
  { secretId, token }: Pick<StepWork, 'secretId' | 'token'>,
): Promise<void> {
  const { labels } = await rotatedSecret.describe(secretId)
  if (labels[token]?.includes('AWSPENDING') !== true) {
    throw new HookError('not-pending', 'another rotation has begun')
  }
}
