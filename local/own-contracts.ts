import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { replaceFile } from '../scripts/files'
import { type Contract, permissionsForNamedTenants } from '../src/contracts/contract'
import { newEndpointId } from '../src/contracts/ids'
import type { Mount } from '../src/contracts/routes'
import { randomUuid } from '../src/core/id'
import type { SeedContract } from './seed-plan'
import { readStored } from './stored-json'

// Contracts of a platform's own in the local run: what it seeds for each, and how commands know them.

/** What the local run makes for a contract of a platform's own: the same ids at every start. */
export function ownSeed({ contract, basePath }: Mount): SeedContract {
  const { apiKey, sessions, plans = [] } = contract.credentials
  const permissions = permissionsForNamedTenants(contract)
  return {
    contract,
    basePath,
    tenantId: sampleTenantId(contract),
    endpointId: newEndpointId(contract.ids, bytesOf(contract.name)),
    apiKeys: apiKey === undefined ? {} : { apiKey: { permissions, plan: plans.at(-1) ?? null } },
    sessions: sessions ? { adminSession: 'admin', memberSession: 'member' } : {},
  }
}

/** A tenant that the contract takes, by its name. */
export function sampleTenantId({ name, tenant }: Contract): string {
  if (tenant.from === 'header' && tenant.format === 'uuid') return randomUuid(bytesOf(name)(16))
  if (tenant.from === 'path' && tenant.parts !== undefined) return Array(tenant.parts.least).fill(name).join('/')
  const [kind] = tenant.ownerKinds ?? []
  return kind === undefined ? `org_${name}` : `${kind}:${name}`
}

/** Bytes that look random, and are the same for the same name. */
function bytesOf(name: string): (count: number) => Buffer {
  return count => createHash('shake256', { outputLength: count }).update(`keyturn local run ${name}`).digest()
}

function ownContractsFile(dataDir: string): string {
  return join(dataDir, 'own-contracts.json')
}

/** Writes down which contracts the run has besides those that come with Keyturn. */
export function writeOwnContracts(dataDir: string, mounts: readonly Mount[]): void {
  const file = ownContractsFile(dataDir)
  if (mounts.length === 0) rmSync(file, { force: true })
  else replaceFile(file, JSON.stringify(mounts.map(({ contract }) => contract)))
}

/** The contracts that the last run of the data folder had besides Keyturn's. @throws {OperatorError} when the file is damaged */
export function readOwnContracts(dataDir: string): readonly Contract[] {
  // Written from contracts that were checked.
  const contract = v.custom<Contract>(value => typeof value === 'object' && value !== null && 'name' in value)
  const remedy = 'the next npm start writes it anew'
  return readStored({ file: ownContractsFile(dataDir), schema: v.array(contract), remedy }) ?? []
}
