import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Sessions } from '../config/config'
import { replaceFile } from '../scripts/files'
import { mirrorName } from '../src/rotation/mirror'
import { localAws, stage } from './aws-resources'
import type { SeededKeys } from './seed'
import { type SeedContract, seedContracts, type seedPlan } from './seed-plan'
import type { SessionIssuer } from './session-issuer'

export interface DescriptionOptions {
  readonly api: string
  readonly aws: string
  readonly accessKeyId: string
  readonly keys: SeededKeys
  readonly issuer: SessionIssuer
  /** Of all contracts. Default: those that come with Keyturn. */
  readonly seeds?: readonly SeedContract[]
  /** The configuration's own issuer, which then makes all sessions. Default: the local run's makes them. */
  readonly sessions?: Sessions | null
}

/** One contract's ids and credentials, all of them texts. */
export type ContractDescription<Seed extends SeedContract = SeedContract> = {
  readonly tenantId: string
  readonly endpointId: string
  /** The secret's name. */
  readonly mirror: string
} & { readonly [Name in keyof Seed['apiKeys'] | keyof Seed['sessions']]: string } & (Seed extends { foreign: object }
    ? { readonly foreignEndpointId: string }
    : unknown) &
  (Seed extends { tenantName: infer Name extends string } ? { readonly [Key in Name]: string } : unknown)

/** What `local.json` says of a running local run. */
export interface LocalDescription {
  readonly api: string
  readonly aws: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly table: string
  readonly stage: string
  readonly contracts: { readonly [Name in keyof typeof seedPlan]: ContractDescription<(typeof seedPlan)[Name]> }
}

/** Everything that a user of this local run needs: URLs, and for each contract ids, API keys and fresh sessions. */
export async function describeLocalRun(options: DescriptionOptions): Promise<LocalDescription> {
  const { api, aws, accessKeyId, seeds = seedContracts } = options
  const contracts = await Promise.all(
    seeds.map(async seed => [seed.contract.name, await describeContract(seed, options)] as const),
  )
  // One for each seed, as the type says, and those of own contracts.
  const byName = Object.fromEntries(contracts) as LocalDescription['contracts']
  return { api, aws, ...localAws, accessKeyId, stage, contracts: byName }
}

async function describeContract(
  seed: SeedContract,
  { aws, keys, issuer, sessions: elsewhere = null }: DescriptionOptions,
): Promise<ContractDescription> {
  const { contract, tenantId, endpointId, foreign } = seed
  const sessions = Object.entries(elsewhere === null ? seed.sessions : {}).map(
    async ([name, role]) =>
      [name, await issuer.issue({ issuer: aws, subject: `local-${role}`, role, tenantId })] as const,
  )
  return {
    tenantId,
    ...(seed.tenantName === undefined ? {} : { [seed.tenantName]: tenantId }),
    endpointId,
    mirror: mirrorName(stage, tenantId, endpointId),
    ...(foreign === undefined ? {} : { foreignEndpointId: foreign.endpointId }),
    ...Object.fromEntries(Object.keys(seed.apiKeys).map(name => [name, keys[`${contract.name}.${name}`] ?? ''])),
    ...Object.fromEntries(await Promise.all(sessions)),
  }
}

export function localFile(dataDir: string): string {
  return join(dataDir, 'local.json')
}

/** Writes `local.json`, with mode 0600 and in one step. */
export function writeDescription(dataDir: string, description: LocalDescription): void {
  replaceFile(localFile(dataDir), `${JSON.stringify(description, null, 2)}\n`)
}

export function removeDescription(dataDir: string): void {
  rmSync(localFile(dataDir), { force: true })
}
