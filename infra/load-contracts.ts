import { allContracts } from '../src/contracts/all'
import type { Contract } from '../src/contracts/contract'
import { inFile } from './in-file'
import { exportedBy } from './load-config'
import { mountsOf } from './mounts'
import { parseMounted } from './parse-config'

/**
 * The contracts of its own that a file mounts under `contracts`, be it a configuration or what somebody else's stack
 * gives to `ControlPlane`. @throws {ConfigError}
 */
export function loadOwnContracts(file: string): Promise<readonly Contract[]> {
  return inFile(file, async () => {
    const mounts = mountsOf(parseMounted(await exportedBy(file)))
    return mounts.map(({ contract }) => contract).filter(contract => !allContracts.includes(contract))
  })
}
