import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { replaceFile } from '../scripts/files'
import { type ApiKeyStore, operator } from '../src/access/api-key'
import { createApiKey } from '../src/access/create-api-key'
import { type KeyturnClient, keyturnClient, KeyturnError } from '../src/client'
import { allContracts } from '../src/contracts/all'
import { keyturn } from '../src/contracts/keyturn'
import { type SeedContract, seedContracts } from './seed-plan'
import { readStored } from './stored-json'

/** Bare API keys by `<contract>.<name in local.json>`, and for own contracts `<contract>.endpointId`. */
export type SeededKeys = Readonly<Record<string, string>>

export interface Seeding {
  /** Where our own API answers. */
  readonly api: string
  readonly store: ApiKeyStore
  readonly now: () => Date
}

/**
 * Makes all API keys and endpoints of the plan at the first start, those of a platform's own contracts at the first start
 * that has them, and returns the keys; later starts find them in `file`, which has mode 0600. It is written last: after a
 * start that was cut short the next one seeds again, and finds the endpoints that were made.
 * @throws {OperatorError} when the file is damaged
 */
export async function seedOnce(file: string, seeding: Seeding, seeds: readonly SeedContract[]): Promise<SeededKeys> {
  const before = readSeededKeys(file)
  const wanted = before === null ? seeds : seeds.flatMap(seed => notYetSeeded(seed, before))
  if (before !== null && wanted.length === 0) return before
  const withEndpoints = before === null ? wanted : wanted.filter(({ contract }) => !allContracts.includes(contract))
  const [made] = await Promise.all([
    seedApiKeys(seeding.store, seeding.now, wanted),
    seedEndpoints(seeding, withEndpoints),
  ])
  const keys = { ...before, ...made }
  replaceFile(file, JSON.stringify(keys, null, 2))
  return keys
}

/**
 * What is left to seed. Of Keyturn's own contracts, API keys that an earlier version did not make; an own contract whose
 * endpoint's id or whose API keys look otherwise by now is seeded once more, whole.
 */
function notYetSeeded(seed: SeedContract, keys: SeededKeys): readonly SeedContract[] {
  const { contract, apiKeys, endpointId } = seed
  const { name, credentials } = contract
  const prefix = credentials.apiKey?.prefix ?? ''
  const missing = Object.entries(apiKeys).filter(([key]) => keys[`${name}.${key}`]?.startsWith(prefix) !== true)
  if (allContracts.includes(contract)) {
    return missing.length === 0 ? [] : [{ ...seed, apiKeys: Object.fromEntries(missing) }]
  }
  return missing.length === 0 && keys[`${name}.endpointId`] === endpointId ? [] : [seed]
}

/** The keys that an earlier start made; null where none came to its end. @throws {OperatorError} when it is damaged */
export function readSeededKeys(file: string): SeededKeys | null {
  return readStored({ file, schema: v.record(v.string(), v.string()), remedy: 'delete it, and new keys are made' })
}

/** Makes every API key of the seeds: by default, of the plan. Those of own contracts come with the endpoint's id. */
export async function seedApiKeys(
  store: ApiKeyStore,
  now: () => Date,
  seeds: readonly SeedContract[] = seedContracts,
): Promise<SeededKeys> {
  const wanted = seeds.flatMap(({ contract, tenantId, apiKeys }) =>
    Object.entries(apiKeys).map(([name, { allTenants, ...scope }]) => {
      return { contract, tenantIds: allTenants ? ('all' as const) : [tenantId], name, ...scope }
    }),
  )
  const made = wanted.map(async request => {
    const { text } = await createApiKey(store, { now, randomBytes }, { ...request, expiresAt: null })
    return [`${request.contract.name}.${request.name}`, text.reveal()] as const
  })
  const own = seeds.filter(({ contract }) => !allContracts.includes(contract))
  const endpoints = own.map(({ contract, endpointId }) => [`${contract.name}.endpointId`, endpointId] as const)
  return Object.fromEntries([...(await Promise.all(made)), ...endpoints])
}

interface NewEndpoint {
  readonly tenantId: string
  readonly contract: string
  readonly id: string
}

/** Creates every endpoint of the seeds through the running API, with a key that is revoked afterwards. Repeatable. */
async function seedEndpoints({ api, store, now }: Seeding, seeds: readonly SeedContract[]): Promise<void> {
  if (seeds.length === 0) return
  const wanted = seeds.flatMap(({ contract, tenantId, endpointId, foreign }) => [
    { contract: contract.name, tenantId, id: endpointId },
    ...(foreign === undefined ? [] : [{ contract: contract.name, tenantId: foreign.tenantId, id: foreign.endpointId }]),
  ])
  const { stored, text } = await createApiKey(
    store,
    { now, randomBytes },
    {
      contract: keyturn,
      name: 'seeding',
      tenantIds: [...new Set(wanted.map(({ tenantId }) => tenantId))],
      permissions: ['endpoints:write', 'endpoints:rotate'],
      plan: null,
      expiresAt: null,
    },
  )
  const client = keyturnClient({ baseUrl: api, credential: text.reveal() })
  await Promise.all(wanted.map(endpoint => createEndpoint(client, endpoint)))
  await store.revoke(stored.id, { at: now(), by: operator })
}

/** What each endpoint of the local run is made with. */
export function seededSettings(contract: string) {
  return {
    url: `https://receiver.example/${contract}`,
    description: 'Made by the local run',
    name: `${contract} receiver`,
    eventTypes: ['*'],
  } as const
}

/** An endpoint that is there already, from a start that was cut short, stays as it is. */
async function createEndpoint(client: KeyturnClient, { tenantId, contract, id }: NewEndpoint): Promise<void> {
  try {
    await client.create({ contract, id, ...seededSettings(contract) }, { tenantId })
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error
    if (error.status === 409) return
    throw new TypeError(`creating the endpoint ${id} of ${contract} failed: ${error.message}`, { cause: error })
  }
}
