import { keyturn } from '../../../src/contracts/keyturn'
import type { ApiSettings } from '../../../src/http/request'
import { harness, jsonBody, type Reply, tenant } from './harness'

export const url = 'https://receiver.example/hooks'

/** The whole API with one endpoint of our own, and requests by a key that may do everything. */
export async function ownEndpoint(changes: Partial<ApiSettings> = {}, tenantId: string = tenant) {
  const made = harness(undefined, changes)
  const token = await made.apiKey(keyturn, tenantId)
  const create = (body: unknown, more: Record<string, string> = {}): Promise<Reply> =>
    made.send('POST', '/v1/endpoints', jsonBody(token, body, more))
  const { endpoint } = await made.endpoint(keyturn, tenantId)
  const base = `/v1/endpoints/${endpoint.id}`
  const patch = (body: unknown): Promise<Reply> => made.send('PATCH', base, jsonBody(token, body))
  const rotate = (body: unknown, more: Record<string, string> = {}): Promise<Reply> =>
    made.send('POST', `${base}/secret/rotate`, jsonBody(token, body, more))
  return { ...made, token, create, patch, rotate, id: endpoint.id, base }
}
