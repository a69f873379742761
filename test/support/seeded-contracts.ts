import { seedPlan } from '../../local/seed-plan'
import type { Contract } from '../../src/contracts/contract'

/** Those for which local.json has an endpoint and credentials: a vendor that is added has none there. */
export const seededContracts: readonly Contract[] = Object.values(seedPlan).map(({ contract }) => contract)
