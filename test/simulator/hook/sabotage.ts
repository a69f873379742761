import { choosesSecret } from '../../../src/contracts/contract'
import { Secret } from '../../../src/core/secret'
import { holderOf } from '../../support/memory/memory-rotated-secret'
import type { HookSabotage } from './bed'

/** The vendor is asked without a word beforehand. */
export const intentUnwritten: HookSabotage = {
  secret: secret => ({ ...secret, tag: async () => undefined }),
}

/** A secret that the hook makes is given to the vendor without a word beforehand. */
export const givenUnannounced: HookSabotage = {
  hook: deps =>
    choosesSecret(deps.contract)
      ? { ...deps, rotatedSecret: { ...deps.rotatedSecret, tag: async () => undefined } }
      : deps,
}

/** A secret that the hook makes is another one each time that the vendor is given it. */
export const givenAnother: HookSabotage = {
  hook: deps => ({
    ...deps,
    vendor: { ...deps.vendor, give: () => deps.vendor.give(new Secret(deps.randomBytes(32).toString('hex'))) },
  }),
}

/** All runs of the hook write and take away one intent. */
export const intentShared: HookSabotage = { hook: deps => ({ ...deps, newRunId: () => 'shared' }) }

/** AWSCURRENT moves whichever version has it. */
export const moveWithoutSwap: HookSabotage = {
  secret: secret => ({
    ...secret,
    moveCurrent: (id, { from, to }) => secret.moveCurrent(id, { from: holderOf(secret, 'AWSCURRENT') ?? from, to }),
  }),
}

/** A version without a value passes for one that has AWSCURRENT's. */
export const valueUnchecked: HookSabotage = {
  secret: secret => ({
    ...secret,
    read: async (id, versionId) =>
      (await secret.read(id, versionId)) ?? secret.read(id, holderOf(secret, 'AWSCURRENT') ?? versionId),
  }),
}

/** Every request has an `Idempotency-Key` of its own instead of the rotation's. */
export const tokenUnsent: HookSabotage = {
  hook: deps => ({
    ...deps,
    vendor: { ...deps.vendor, rotate: (_key, sending) => deps.vendor.rotate(deps.newRunId(), sending) },
  }),
}

/** A lost secret is always replaced by a new one. */
export const neverStopping: HookSabotage = { hook: deps => ({ ...deps, lostReply: 'rotate-again' }) }
