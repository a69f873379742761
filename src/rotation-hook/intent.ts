import { HookError } from './hook-error'
import type { HookDeps, RotatedSecret, RotatedSecretState, StepWork } from './ports'

/**
 * How the names of intents begin. An intent is a tag of the secret: it says that the vendor was, or is about to be, asked
 * for a version's secret. Every run has one of its own, so that no other run, and no call that arrives late, takes it away.
 */
export const intentTag = 'keyturn:intent'

export interface Intent {
  /** The tag's name. */
  readonly name: string
  /** The version that is asked for. */
  readonly token: string
}

export function intentsIn({ tags }: Pick<RotatedSecretState, 'tags'>): readonly Intent[] {
  const found = Object.entries(tags).filter(([name]) => name === intentTag || name.startsWith(`${intentTag}:`))
  return found.map(([name, value]) => ({ name, token: value.split(' ')[0] ?? '' }))
}

/**
 * Whether the hook keeps intents. A vendor that replays needs none, unless the rule is to stop: then a run has to see
 * whether another one is asking.
 */
export function keepsIntents({ contract, lostReply }: Pick<HookDeps, 'contract' | 'lostReply'>): boolean {
  return !contract.vendorReplays || lostReply === 'stop-and-alarm'
}

/**
 * The intents after which the vendor may have made a secret that consumers never had: their versions were never current.
 * A vendor that replays can be asked once more for the same version.
 */
export function openIntents(
  { contract }: Pick<HookDeps, 'contract'>,
  token: string,
  state: RotatedSecretState,
): readonly Intent[] {
  const isOpen = (intent: Intent): boolean =>
    !wasCurrent(state, intent.token) && !(contract.vendorReplays && intent.token === token)
  return intentsIn(state).filter(isOpen)
}

export function wasCurrent({ labels }: Pick<RotatedSecretState, 'labels'>, token: string): boolean {
  return labels[token]?.some(label => label === 'AWSCURRENT' || label === 'AWSPREVIOUS') === true
}

/**
 * Writes this run's intent. Where a secret may be lost, it then stands for the earlier intents. Returns the tag's name.
 * @throws {HookError} `lost-reply`, `current-moved` where the rule is to stop and another run came between
 */
export async function announceIntent(deps: HookDeps, work: StepWork): Promise<string> {
  const { rotatedSecret, lostReply, now, newRunId } = deps
  const name = `${intentTag}:${newRunId()}`
  await rotatedSecret.tag(work.secretId, name, `${work.token} ${now().toISOString()}`)
  const mayBeLost = openIntents(deps, work.token, work.state).length > 0
  if (mayBeLost) await removeIntents(rotatedSecret, work.secretId, intentsIn(work.state))
  else if (lostReply === 'stop-and-alarm') await requireAlone(deps, work, name)
  return name
}

/** Two runs that write their intents and then look cannot miss each other: one at least sees the other's, or its result. */
async function requireAlone(
  deps: HookDeps,
  { secretId, token, currentVersionId }: StepWork,
  name: string,
): Promise<void> {
  try {
    const state = await deps.rotatedSecret.describe(secretId)
    const isAlone = openIntents(deps, token, state).every(intent => intent.name === name)
    if (!isAlone) throw new HookError('lost-reply', 'another run may be asking the vendor')
    const hasMoved = state.labels[currentVersionId]?.includes('AWSCURRENT') !== true
    if (hasMoved) throw new HookError('current-moved', 'another run is done')
  } catch (error) {
    await deps.rotatedSecret.untag(secretId, name)
    throw error
  }
}

/** Takes the version's intents away once it is current, and what is left of versions that were current before. */
export async function removeSettledIntents(
  rotatedSecret: RotatedSecret,
  { secretId, token, state }: StepWork,
): Promise<void> {
  const isSettled = (intent: Intent): boolean => intent.token === token || wasCurrent(state, intent.token)
  await removeIntents(rotatedSecret, secretId, intentsIn(state).filter(isSettled))
}

export async function removeIntents(
  rotatedSecret: RotatedSecret,
  secretId: string,
  intents: readonly Intent[],
): Promise<void> {
  for (const { name } of intents) await rotatedSecret.untag(secretId, name)
}
