import { localMounts } from '../scripts/bundle'
import { allContracts } from '../src/contracts/all'
import type { Mount } from '../src/contracts/routes'
import { ownSeed } from './own-contracts'
import { type SeedContract, seedContracts } from './seed-plan'

// Which contracts the local run serves, and where each of them is.

/**
 * Every contract that comes with Keyturn: at the base path that the configuration gives it, or, where that does not mount
 * it, at its documented paths. After them a platform's own.
 */
export function mountsBeside(configured: readonly Mount[]): readonly Mount[] {
  const all = localMounts.map(mount => configured.find(({ contract }) => contract === mount.contract) ?? mount)
  return [...all, ...ownMountsOf(configured)]
}

/** Those of a platform's own contracts. */
export function ownMountsOf(mounts: readonly Mount[]): readonly Mount[] {
  return mounts.filter(({ contract }) => !allContracts.includes(contract))
}

/** What is made for each contract, and where it is. */
export function seedsOf(mounts: readonly Mount[]): readonly SeedContract[] {
  return mounts.map(mount => {
    const planned = seedContracts.find(({ contract }) => contract === mount.contract)
    return planned === undefined ? ownSeed(mount) : { ...planned, basePath: mount.basePath }
  })
}
