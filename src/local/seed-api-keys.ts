import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ApiKeyStore } from '../access/api-key'
import { createApiKey } from '../access/create-api-key'
import { replaceFile } from './aws-endpoint/replace-file'
import { isMissing } from './file-error'
import { seedContracts } from './seed-plan'

/** Bare API keys by `<contract>.<name in local.json>`. */
export type SeededKeys = Readonly<Record<string, string>>

/** The keys that an earlier start made, from `file`; null before the first start has come to its end. */
export function readSeededKeys(file: string): SeededKeys | null {
  try {
    // Written below.
    return JSON.parse(readFileSync(file, 'utf8')) as SeededKeys
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
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
