import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, jsonBody, NOON, type Reply, sessionToken, textAt } from '../harness'
import { portalBed } from '../portal-bed'

// The endpoint's own headers may hold a receiver's credential, which the platform has set and its tenant's people need not know.

const credential = 'Bearer of-the-receiver'
const requestConfig = { timeoutMs: 5000, headers: { Authorization: credential, 'X-Team': 'a' } }
const hidden = { timeoutMs: 5000, headers: { Authorization: '***', 'X-Team': '***' } }

async function bed() {
  const made = await portalBed()
  const { endpoint } = await made.endpoint(keyturn, 'acme', { requestConfig })
  const path = `/v1/endpoints/${endpoint.id}`
  const scopes = ['read', 'rotate', 'write', 'test']
  const { headers } = await made.open({ scopes, authenticatedAt: NOON.toISOString() })
  const ask = (method: string, to: string, body?: object, more: Record<string, string> = {}): Promise<Reply> =>
    made.send(method, to, { headers: { ...headers, ...more }, ...(body && { body: JSON.stringify(body) }) })
  return { ...made, path, ask }
}

type Bed = Awaited<ReturnType<typeof bed>>
type Ask = (bed: Bed) => Promise<Reply>

const once = { 'Idempotency-Key': 'once' }

async function createdBefore({ ask, send, token }: Bed): Promise<Reply> {
  const create = () => ask('POST', '/v1/endpoints', { url: 'https://receiver.example/' }, once)
  const id = textAt(await create(), 'endpoint.id')
  await send('PATCH', `/v1/endpoints/${id}`, jsonBody(token, { requestConfig }))
  return create()
}

async function rotatedBefore({ ask, path }: Bed, body: object): Promise<Reply> {
  await ask('POST', `${path}/secret/rotate`, body, once)
  return ask('POST', `${path}/secret/rotate`, body, once)
}

it.each<[string, Ask]>([
  ['GET /v1/endpoints', ({ ask }) => ask('GET', '/v1/endpoints')],
  ['GET /v1/endpoints?status=active', ({ ask }) => ask('GET', '/v1/endpoints?status=active')],
  ['GET /v1/endpoints/{id}', ({ ask, path }) => ask('GET', path)],
  ['a PATCH without a change', ({ ask, path }) => ask('PATCH', path, {})],
  ['a PATCH', ({ ask, path }) => ask('PATCH', path, { name: 'other' })],
  ['a PATCH that resumes', ({ ask, path }) => ask('PATCH', path, { status: 'active' })],
  ['a repeated POST /v1/endpoints', createdBefore],
  ['POST …/secret/rotate', ({ ask, path }) => ask('POST', `${path}/secret/rotate`, {})],
  ['a repeated POST …/secret/rotate', made => rotatedBefore(made, {})],
  [
    'POST …/secret/rotate that publishes',
    ({ ask, path }) => ask('POST', `${path}/secret/rotate`, { signing: 'manual' }),
  ],
  ['POST …/secret/rotate without a reveal', ({ ask, path }) => ask('POST', `${path}/secret/rotate`, { reveal: false })],
  ['a repeat of it', made => rotatedBefore(made, { reveal: false })],
])('%s tells a portal session the names of the headers, and no value', async (_, request) => {
  const { status, json, text } = await request(await bed())
  expect(status).toBeLessThan(300)
  const { data, endpoint = data?.[0] ?? json } = Object(json)
  expect(endpoint.requestConfig).toEqual(hidden)
  expect(text).not.toContain(credential)
})

it('200 with the values for an API key and a dashboard session', async () => {
  const { send, token, path } = await bed()
  const session = sessionToken({ id: 'ann', role: 'member', tenantIds: ['acme'] })
  for (const credentials of [bearer(token), bearer(session)]) {
    expect(await send('GET', path, credentials)).toMatchObject({ status: 200, json: { requestConfig } })
  }
})
