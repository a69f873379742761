import { holderOf } from '../../support/memory/memory-rotated-secret'
import type { HookSabotage } from './bed'

/** The vendor is asked without a word beforehand. */
export const intentUnwritten: HookSabotage = {
  secret: secret => ({ ...secret, tag: async () => undefined }),
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
