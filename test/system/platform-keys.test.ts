import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLocalRun, type TestLocalRun } from '../support/local-run'
import { runScript } from '../support/run-script'

// A platform and its customers, against the whole local run: the functions are bundles, each behind its own routes.

let run: TestLocalRun

beforeAll(async () => {
  run = await startLocalRun()
})

afterAll(() => run.stop())

interface Called {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
  readonly text: string
}

interface CallOptions {
  readonly tenant?: string
  readonly body?: object
}

async function call(key: string, method: string, path: string, { tenant, body }: CallOptions = {}): Promise<Called> {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(tenant !== undefined && { 'keyturn-tenant': tenant }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const reply = await fetch(`${run.local.api}${path}`, { method, headers, body: body ? JSON.stringify(body) : null })
  const text = await reply.text()
  return { status: reply.status, text, json: text === '' ? {} : JSON.parse(text) }
}

const asAsked = {
  name: 'CI',
  permissions: ['endpoints:read', 'endpoints:write', 'endpoints:rotate'],
  expiresAt: new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString(),
}

interface Customer {
  readonly tenantId: string
  readonly apiKeyId: string
  readonly apiKey: string
  readonly endpointId: string
}

/** A customer with an API key and an endpoint, both made by the platform. */
async function newCustomer(tenantId: string): Promise<Customer> {
  const { platformApiKey } = run.local.contracts.keyturn
  const made = await call(platformApiKey, 'POST', '/v1/api-keys', { body: { ...asAsked, tenantIds: [tenantId] } })
  expect(made.status).toBe(201)
  const url = 'https://receiver.example/hook'
  const created = await call(platformApiKey, 'POST', '/v1/endpoints', { tenant: tenantId, body: { url } })
  expect(created.status).toBe(201)
  return {
    tenantId,
    apiKeyId: String(made.json.id),
    apiKey: String(made.json.apiKey),
    endpointId: String(Object(created.json.endpoint).id),
  }
}

function rotate({ apiKey, endpointId }: Pick<Customer, 'apiKey' | 'endpointId'>, tenant?: string): Promise<Called> {
  const options = { body: {}, ...(tenant !== undefined && { tenant }) }
  return call(apiKey, 'POST', `/v1/endpoints/${endpointId}/secret/rotate`, options)
}

function hourOf(at: Date): string {
  return `${at.toISOString().slice(0, 13)}:00:00.000Z`
}

/** The events of API keys on the bus, as the local run keeps them. */
function toldOf(apiKeyId: string): readonly string[] {
  const lines = readFileSync(join(run.dataDir, 'aws', 'events.ndjson'), 'utf8')
    .trim()
    .split('\n')
  return lines.flatMap(line => {
    const { 'detail-type': type, detail } = JSON.parse(line)
    return detail.apiKeyId === apiKeyId ? [`${type} ${detail.tenantId}`] : []
  })
}

describe('a platform', () => {
  it('makes a customer’s key, which rotates, says its last use, is ended, and is 401 at once', async () => {
    const { platformApiKey } = run.local.contracts.keyturn
    const begun = new Date()
    const customer = await newCustomer('org_first')
    expect((await rotate(customer)).status).toBe(200)
    const listed = await call(platformApiKey, 'GET', '/v1/api-keys?tenant=org_first')
    expect(listed).toMatchObject({
      status: 200,
      json: { data: [{ id: customer.apiKeyId, state: 'active' }], nextCursor: null },
    })
    const [{ lastUsedAt }] = Object(listed.json.data)
    expect([hourOf(begun), hourOf(new Date())]).toContain(lastUsedAt)
    expect((await call(platformApiKey, 'DELETE', `/v1/api-keys/${customer.apiKeyId}`)).status).toBe(204)
    expect((await rotate(customer)).status).toBe(401)
    expect(toldOf(customer.apiKeyId)).toEqual(['api-key.created org_first', 'api-key.revoked org_first'])
  })

  it('ends all credentials of a customer at once, and no other’s', async () => {
    const { platformApiKey } = run.local.contracts.keyturn
    const leaving = await newCustomer('org_leaving')
    const staying = await newCustomer('org_staying')
    const both = { ...asAsked, tenantIds: ['org_leaving', 'org_staying'] }
    const shared = await call(platformApiKey, 'POST', '/v1/api-keys', { body: both })
    const { status, json } = await call(platformApiKey, 'DELETE', '/v1/tenants/org_leaving/credentials')
    expect([status, json.endedApiKeyIds]).toEqual([200, [leaving.apiKeyId]])
    expect(json.leftApiKeys).toMatchObject([{ id: shared.json.id, tenantIds: ['org_leaving', 'org_staying'] }])
    expect((await rotate(leaving)).status).toBe(401)
    expect((await rotate(staying)).status).toBe(200)
  })

  it('finds on the bus what the command made and ended', async () => {
    const at = ['--data-dir', run.dataDir, '--json']
    const asked = ['--contract', 'keyturn', '--tenant', 'org_command', '--permission', 'endpoints:read', '--no-expiry']
    const made = await runScript('cli/keyturn.ts', ['keys', 'create', ...asked, ...at])
    const { id } = JSON.parse(made.stdout)
    expect(await runScript('cli/keyturn.ts', ['keys', 'revoke', id, ...at])).toMatchObject({ exitCode: 0, stderr: '' })
    expect(toldOf(id)).toEqual(['api-key.created org_command', 'api-key.revoked org_command'])
  })

  it('keeps what it made in no log and no event in the clear', async () => {
    const { apiKey } = await newCustomer('org_logged')
    const functions = ['access', 'rotate', 'endpoints', 'deliver', 'sweep']
    const files = [...functions.map(name => `logs/${name}.ndjson`), 'aws/events.ndjson', 'seed.json', 'local.json']
    const texts = files.map(file => readFileSync(join(run.dataDir, file), 'utf8'))
    expect(texts.filter(text => text.includes(apiKey.slice(3)))).toEqual([])
    expect(texts[0]).toContain('"use":"create-api-key"')
  })
})

describe('whoever wants more than it was given', () => {
  it('is refused: a customer’s key, a session, a star, another tenant, more permissions', async () => {
    const { platformApiKey, adminSession, memberSession, apiKey, tenantId } = run.local.contracts.keyturn
    const customer = await newCustomer('org_curious')
    const other = await newCustomer('org_quiet')
    const body = { ...asAsked, tenantIds: ['org_curious'] }
    for (const credential of [customer.apiKey, adminSession, memberSession, apiKey]) {
      for (const options of [{ body }, { body, tenant: 'org_curious' }, { body, tenant: tenantId }]) {
        expect((await call(credential, 'POST', '/v1/api-keys', options)).status).toBe(403)
      }
      expect((await call(credential, 'GET', '/v1/api-keys')).status).toBe(403)
      expect((await call(credential, 'DELETE', `/v1/api-keys/${other.apiKeyId}`)).status).toBe(403)
      expect((await call(credential, 'DELETE', '/v1/tenants/org_quiet/credentials')).status).toBe(403)
    }
    const asks = [
      { ...body, tenantIds: ['*'] },
      { ...body, tenantIds: [], allTenants: true },
      { ...body, allTenants: true },
      { ...body, permissions: ['keys:write'] },
      { ...body, expiresAt: new Date(Date.now() + 5 * 365 * 24 * 60 * 60 * 1000).toISOString() },
    ]
    for (const each of asks)
      expect((await call(platformApiKey, 'POST', '/v1/api-keys', { body: each })).status).toBe(400)
    expect((await rotate({ ...customer, endpointId: other.endpointId })).status).toBe(404)
    expect((await rotate({ ...customer, endpointId: other.endpointId }, 'org_quiet')).status).toBe(404)
    const unnamed = await rotate({ apiKey: platformApiKey, endpointId: other.endpointId })
    expect([unnamed.status, unnamed.json.errors]).toEqual([400, [{ path: 'Keyturn-Tenant', message: 'is missing' }]])
    expect((await rotate({ apiKey: platformApiKey, endpointId: other.endpointId }, '*')).status).toBe(400)
    expect((await rotate({ apiKey: platformApiKey, endpointId: other.endpointId }, 'org_curious')).status).toBe(404)
    expect((await rotate(other)).status).toBe(200)
  })
})
