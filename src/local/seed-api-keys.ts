import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import type { ApiKeyStore } from '../access/api-key'
import { createApiKey } from '../access/create-api-key'
import { replaceFile } from './aws-endpoint/replace-file'
import { seedContracts } from './seed-plan'
import { readStored } from './stored-json'

/** Bare API keys by `<contract>.<name in local.json>`. */
export type SeededKeys = Readonly<Record<string, string>>

/** The keys that an earlier start made, from `file`; null before the first start has come to its end. @throws {StartError} */
export function readSeededKeys(file: string): SeededKeys | null {
  return readStored({ file, schema: v.record(v.string(), v.string()), remedy: 'delete it, and new keys are made' })
}

/** Keeps the keys for later starts, in a file of mode 0600. */
export function writeSeededKeys(file: string, keys: SeededKeys): void {
  replaceFile(file, JSON.stringify(keys, null, 2))
}

/** Makes every API key of the plan. */
export async function seedApiKeys(store: ApiKeyStore, now: () => Date): Promise<SeededKeys> {
  const wanted = seedContracts.flatMap(({ contract, tenantId, apiKeys }) =>
    Object.entries(apiKeys).map(([name, scope]) => ({ contract, tenantIds: [tenantId], name, ...scope })),
  )
  const made = wanted.map(async request => {
    const { text } = await createApiKey(store, { now, randomBytes }, { ...request, expiresAt: null })
    return [`${request.contract.name}.${request.name}`, text.reveal()] as const
  })
  return Object.fromEntries(await Promise.all(made))
}
