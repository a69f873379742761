import { existsSync } from 'node:fs'
import { configFile, loadOwnContracts } from '../config/load'
import type { Contract } from '../src/contracts/contract'
import { runScript } from './cdktf'
import { keysCommand } from './keys'

// `npm run keys -- create|list|revoke`. The contracts of a deployment's own are those of its configuration.

async function load(named: string | undefined): Promise<readonly Contract[]> {
  const file = named ?? configFile()
  if (named === undefined && !existsSync(file)) return []
  return loadOwnContracts(file)
}

void runScript(async () => {
  for (const line of await keysCommand(process.argv.slice(2), load)) console.log(line)
})
