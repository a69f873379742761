import { allContracts } from '../contracts/all'
import type { Mount } from '../http/mount'

/** What runs locally: every contract that comes with Keyturn, at its documented paths. */
export const localMounts: readonly Mount[] = allContracts.map(contract => ({ contract, basePath: '' }))
