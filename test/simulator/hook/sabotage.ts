import { holderOf } from '../../support/memory/memory-rotated-secret'
import type { HookSabotage } from './bed'

/** The vendor is asked without a word beforehand. */
export const intentUnwritten: HookSabotage = { secret: rotated => ({ ...rotated, tag: async () => undefined }) }

/** All runs of the hook write and take away one intent. */
export const intentShared: HookSabotage = { hook: deps => ({ ...deps, newRunId: () => 'shared' }) }

/** AWSCURRENT moves whichever version has it. */
export const moveWithoutSwap: HookSabotage = {
  secret: rotated => ({
    ...rotated,
    moveCurrent: (id, { from, to }) => rotated.moveCurrent(id, { from: holderOf(rotated, 'AWSCURRENT') ?? from, to }),
  }),
}

/** A version without a value passes for one that has AWSCURRENT's. */
export const valueUnchecked: HookSabotage = {
  secret: rotated => ({
    ...rotated,
    read: async (id, versionId) =>
      (await rotated.read(id, versionId)) ?? rotated.read(id, holderOf(rotated, 'AWSCURRENT') ?? versionId),
  }),
}

/** Every request has an `Idempotency-Key` of its own instead of the rotation's. */
export const tokenUnsent: HookSabotage = {
  hook: deps => ({ ...deps, vendor: { ...deps.vendor, rotate: () => deps.vendor.rotate(deps.newRunId()) } }),
}

/** A lost secret is always replaced by a new one. */
export const neverStopping: HookSabotage = { hook: deps => ({ ...deps, lostReply: 'rotate-again' }) }
