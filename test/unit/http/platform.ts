import type { NewApiKeyRequest } from '../../../src/access/create-api-key'
import { keyturn } from '../../../src/contracts/keyturn'
import { harness, jsonBody, NOON, type Reply } from './harness'

/** What a platform asks for when it makes an API key for a customer. */
export const asked = {
  name: 'CI of acme',
  tenantIds: ['acme'],
  permissions: ['endpoints:read', 'endpoints:rotate'],
  expiresAt: '2026-12-21T12:00:00.000Z',
} as const

/** The whole API, and requests by an API key for all tenants that may do everything. */
export async function platform(given: Partial<NewApiKeyRequest> = {}) {
  const made = harness()
  const token = await made.apiKey(keyturn, '', { name: 'platform', tenantIds: 'all', ...given })
  const [maker] = made.tables.keys.apiKeys.values()
  const create = (changes: object = {}): Promise<Reply> =>
    made.send('POST', '/v1/api-keys', jsonBody(token, { ...asked, ...changes }))
  const later = (seconds: number): void => {
    made.clock.now = new Date(NOON.getTime() + seconds * 1000)
  }
  return { ...made, token, makerId: maker?.id ?? '', create, later }
}
