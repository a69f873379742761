import { seedPlan } from '../../local/seed-plan'
import type { Contract } from '../../src/contracts/contract'

/** The contracts that the local run seeds with an endpoint and credentials. A vendor that is added later has neither. */
export const seededContracts: readonly Contract[] = Object.values(seedPlan).map(({ contract }) => contract)
