import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../package.json'
import { allContracts } from '../src/contracts/all'
import type { Contract } from '../src/contracts/contract'
import { problemsPage, problemsPageFile } from './api-page/problems-page'
import { openApi } from './openapi/description'

// docs/openapi: each contract's API, made from its data and from the tables that read requests; and docs/problems.md, made of
// the same. `local/api-docs.ts` makes docs/api.md.

export const openApiFolder = join(__dirname, '../docs/openapi')

/** The file of one contract. Our own API manages the endpoints of all. */
export function openApiFile(contract: Contract): string {
  const mounts = contract.reach === 'every' ? allContracts : [contract]
  const own = openApi({
    mounts: [{ contract, basePath: '' }],
    contracts: mounts,
    mirror: 'on',
    insecureTargets: false,
    release: version,
  })
  return `${JSON.stringify(own, null, 2)}\n`
}

function writeAll(): void {
  mkdirSync(openApiFolder, { recursive: true })
  for (const contract of allContracts)
    writeFileSync(join(openApiFolder, `${contract.name}.json`), openApiFile(contract))
  writeFileSync(problemsPageFile, problemsPage())
}

if (require.main === module) writeAll()
