import { holderOf } from '../../support/memory/memory-rotated-secret'
import type { HookSabotage } from './bed'

/** The vendor is asked without a word beforehand. */
export const intentUnwritten: HookSabotage = { secret: own => ({ ...own, tag: async () => undefined }) }

/** All runs of the hook write and take away one intent. */
export const intentShared: HookSabotage = { hook: deps => ({ ...deps, newRunId: () => 'shared' }) }

/** AWSCURRENT moves whichever version has it. */
export const moveWithoutSwap: HookSabotage = {
  secret: own => ({
    ...own,
    moveCurrent: (id, { from, to }) => own.moveCurrent(id, { from: holderOf(own, 'AWSCURRENT') ?? from, to }),
  }),
}

/** A version without a value passes for one that has AWSCURRENT's. */
export const valueUnchecked: HookSabotage = {
  secret: own => ({
    ...own,
    read: async (id, versionId) =>
      (await own.read(id, versionId)) ?? own.read(id, holderOf(own, 'AWSCURRENT') ?? versionId),
  }),
}

/** Every request has an `Idempotency-Key` of its own instead of the rotation's. */
export const tokenUnsent: HookSabotage = {
  hook: deps => ({ ...deps, vendor: { ...deps.vendor, rotate: () => deps.vendor.rotate(deps.newRunId()) } }),
}

/** A lost secret is always replaced by a new one. */
export const neverStopping: HookSabotage = { hook: deps => ({ ...deps, lostReply: 'rotate-again' }) }
