import { keyturn } from '../../../../src/contracts/keyturn'
import type { ApiSettings } from '../../../../src/http/request'
import { type Answer, harness, jsonBody } from '../harness'

export const tenant = '550e8400-e29b-41d4-a716-446655440000'
export const url = 'https://receiver.example/hooks'

/** The whole API with one endpoint of our own, and calls by a key that may do everything. */
export async function setup(changes: Partial<ApiSettings> = {}) {
  const made = harness(undefined, changes)
  const key = await made.apiKey(keyturn, tenant)
  const create = (body: unknown, more: Record<string, string> = {}): Promise<Answer> =>
    made.send('POST', '/v1/endpoints', jsonBody(key, body, more))
  const { endpoint } = await made.endpoint(keyturn, tenant)
  const base = `/v1/endpoints/${endpoint.id}`
  const patch = (body: unknown): Promise<Answer> => made.send('PATCH', base, jsonBody(key, body))
  const rotate = (body: unknown, more: Record<string, string> = {}): Promise<Answer> =>
    made.send('POST', `${base}/secret/rotate`, jsonBody(key, body, more))
  return { ...made, key, create, patch, rotate, id: endpoint.id, base }
}

/** The paths of a 400's errors. */
export function faultsOf({ status, json }: Answer): unknown {
  const { code, errors } = Object(json)
  return { status, code, paths: errors.map((error: { path: string }) => error.path) }
}

export const invalid = (...paths: string[]): unknown => ({ status: 400, code: 'invalid-request', paths })
