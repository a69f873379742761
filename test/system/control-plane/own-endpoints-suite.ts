import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { memberAt, textAt } from '../../support/api-caller'
import { ownApi, receiverUrl } from './bed'
import { secretStateOf, settledMirror } from './endpoint-state'
import { ownEndpoint } from '../rotate-routes'
import { ownTenant, type ControlPlaneBed } from './bed'
import { publishedEvents } from './stored-records'

const text = expect.any(String)
const whsec = expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)
const url = receiverUrl

/** Our own API: health, and endpoints from their creation to their deletion. */
export function ownEndpointsSuite(bed: () => ControlPlaneBed): void {
  const { call, create, rotate } = ownApi(bed)

  describe('GET /health', () => {
    it('200 without a credential', async () => {
      const reply = await bed().api.call('GET', '/health')
      expect([reply.status, reply.json]).toEqual([200, { status: 'ok', version: text }])
    })
  })

  describe('POST /v1/endpoints', () => {
    it('201 shows the new endpoint, its secret once, and mirrors it', async () => {
      const created = await create()
      expect([created.status, created.json]).toEqual([
        201,
        {
          endpoint: ownEndpoint(created.endpointId, { tenantId: ownTenant, url, version: 1 }),
          signingSecret: whsec,
          keyId: text,
          version: 1,
          state: 'signing',
          signsFrom: text,
          previousExpiresAt: null,
          mirror: 'current',
        },
      ])
      expect(created.endpointId).toMatch(/^ep_[0-9a-z]{24}$/)
      expect(created.headers.get('cache-control')).toBe('no-store')
      const { document } = await settledMirror(bed(), created.address)
      expect(document.signingSecret).toBe(textAt(created, 'signingSecret'))
      const events = await publishedEvents(bed(), created.address)
      expect(events.map(event => event['detail-type'])).toEqual(['endpoint.created'])
    })

    it('201 imports an endpoint with its id, settings and secret, letter by letter; 409 the second time', async () => {
      const settings = {
        url,
        description: 'imported',
        name: 'Imported',
        eventTypes: ['order.created'],
        status: 'paused',
        mirror: 'on',
        requestConfig: { timeoutMs: 2500, headers: { 'X-Custom': 'value' } },
        consumers: ['123456789012'],
      }
      const secret = `whsec_${randomBytes(24).toString('base64')}`
      const body = { id: `ep_import${'0'.repeat(18)}`, secret, contract: 'keyturn', ...settings }
      const created = await call('POST', '/v1/endpoints', body)
      expect(created.json).toMatchObject({ endpoint: { id: body.id, ...settings }, signingSecret: secret })
      const { document } = await settledMirror(bed(), { tenantId: ownTenant, endpointId: body.id })
      expect(document.keys).toMatchObject([{ secret, expiresAt: null }])
      const again = await call('POST', '/v1/endpoints', body)
      expect([again.status, memberAt(again.json, 'signingSecret')]).toEqual([409, undefined])
    })

    it('201 with the same Idempotency-Key is the same endpoint and the same secret', async () => {
      const headers = { 'idempotency-key': 'create-once' }
      const first = await call('POST', '/v1/endpoints', { url }, headers)
      const again = await call('POST', '/v1/endpoints', { url }, headers)
      expect([again.status, again.json]).toEqual([201, first.json])
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      const other = await call('POST', '/v1/endpoints', { url, name: 'other' }, headers)
      expect([other.status, memberAt(other.json, 'code')]).toEqual([409, 'idempotency-key-reused'])
    })

    it('400 names every field at fault', async () => {
      const secret = `whsec_${randomBytes(8).toString('base64')}`
      const reply = await call('POST', '/v1/endpoints', { url: 'ftp://x', nmae: 'typo', secret })
      expect(reply.status).toBe(400)
      expect(reply.json).toEqual({
        type: text,
        title: text,
        status: 400,
        detail: text,
        code: text,
        errors: expect.arrayContaining(
          ['url', 'nmae', 'secret'].map(path => expect.objectContaining({ path, message: text })),
        ),
      })
    })
  })

  describe('GET /v1/endpoints', () => {
    it('200 lists the endpoints of the tenant page by page, each once', async () => {
      await create()
      const whole = await call('GET', '/v1/endpoints?limit=100')
      expect([whole.status, memberAt(whole.json, 'nextCursor')]).toEqual([200, null])
      expect(Object.keys(Object(whole.json)).sort()).toEqual(['data', 'nextCursor'])
      const paged: unknown[] = []
      for (let cursor: unknown = ''; typeof cursor === 'string';) {
        const page = await call('GET', `/v1/endpoints?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)
        paged.push(...(memberAt(page.json, 'data') as unknown[]))
        cursor = memberAt(page.json, 'nextCursor')
      }
      expect(paged.length).toBeGreaterThan(2)
      expect(paged).toEqual(memberAt(whole.json, 'data'))
    })

    it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=x'])('400 for %s', async query => {
      expect((await call('GET', `/v1/endpoints?${query}`)).status).toBe(400)
    })
  })

  describe('GET /v1/endpoints by what an endpoint is', () => {
    it('200 finds whose a URL is, its contract and its status, and 400 names what there is', async () => {
      const path = `/${randomBytes(6).toString('hex')}`
      const { origin } = new URL(url)
      const created = await call('POST', '/v1/endpoints', { url: `${origin}${path}?tenant=7`, status: 'paused' })
      const asked = async (query: string): Promise<unknown> =>
        memberAt((await call('GET', `/v1/endpoints?url=${encodeURIComponent(origin + path)}${query}`)).json, 'data')
      const found = [memberAt(created.json, 'endpoint')]
      expect(await asked('')).toEqual(found)
      expect(await asked('&status=paused&contract=keyturn')).toEqual(found)
      expect(await asked('&status=active')).toEqual([])
      expect((await call('GET', '/v1/endpoints?contract=nobody')).status).toBe(400)
    })
  })

  describe('GET /v1/audit', () => {
    it('200 tells what became of an endpoint that is gone, newest first', async () => {
      const since = new Date().toISOString()
      const { address } = await create()
      const rotated = await rotate(address, { reason: 'yearly', reveal: false })
      expect([rotated.status, memberAt(rotated.json, 'signingSecret')]).toEqual([200, undefined])
      await call('DELETE', `/v1/endpoints/${address.endpointId}`)
      const records = async (): Promise<readonly unknown[]> => {
        const reply = await call('GET', `/v1/audit?limit=100&since=${since}`)
        const data = memberAt(reply.json, 'data') as readonly { readonly endpointId: string }[]
        return data.filter(({ endpointId }) => endpointId === address.endpointId)
      }
      expect(await untilThere(records, 3)).toMatchObject([
        { kind: 'delete', changed: { url: { from: url, to: null } } },
        { kind: 'rotate', reason: 'yearly', changed: {} },
        { kind: 'create', actor: { kind: 'api-key' } },
      ])
    })
  })

  describe('an endpoint', () => {
    it('200 shows it, and PATCH changes it and nothing else', async () => {
      const { endpointId, json } = await create()
      const path = `/v1/endpoints/${endpointId}`
      expect((await call('GET', path)).json).toEqual(memberAt(json, 'endpoint'))
      const changed = await call('PATCH', path, { status: 'paused', name: 'Changed' })
      const expected = { ...Object(memberAt(json, 'endpoint')), status: 'paused', name: 'Changed', updatedAt: text }
      expect([changed.status, changed.json]).toEqual([200, expected])
      expect((await call('GET', path)).json).toEqual(changed.json)
      expect((await call('PATCH', path, { version: 7 })).status).toBe(400)
    })

    it('200 for a consumer taken away, whose access has ended when the reply comes', async () => {
      const created = await call('POST', '/v1/endpoints', { url, consumers: ['123456789012'] })
      const path = `/v1/endpoints/${textAt(created, 'endpoint.id')}`
      const policy = async () => memberAt((await call('GET', `${path}/secret`)).json, 'policy')
      expect(await policy()).toEqual({ state: 'current', error: null })
      expect((await call('PATCH', path, { consumers: [] })).status).toBe(200)
      expect(await policy()).toEqual({ state: 'off', error: null })
    })

    it('204 deletes it: 404 from then on, and its mirror is scheduled for deletion, never gone at once', async () => {
      const created = await create()
      const { mirror } = await secretStateOf(bed(), created.address)
      const path = `/v1/endpoints/${created.endpointId}`
      const deleted = await call('DELETE', path)
      expect([deleted.status, deleted.text]).toEqual([204, ''])
      const missing = await call('GET', `/v1/endpoints/ep_${'0'.repeat(24)}`)
      const gone = [await call('GET', path), await call('GET', `${path}/secret`), await rotate(created)]
      expect(gone.map(({ status, text: body }) => [status, body])).toEqual(gone.map(() => [404, missing.text]))
      const { DeletedDate } = await untilDeleted(bed(), mirror.name)
      const days = ((DeletedDate?.getTime() ?? 0) - Date.now()) / (24 * 60 * 60 * 1000)
      expect(Math.round(days)).toBe(7)
    })
  })
}

/** The sweep brings the last of them. */
async function untilThere(read: () => Promise<readonly unknown[]>, count: number): Promise<readonly unknown[]> {
  for (let round = 0; round < 300; round += 1) {
    const found = await read()
    if (found.length >= count) return found
    await wait(50)
  }
  throw new Error('not all are there')
}

async function untilDeleted({ secrets }: ControlPlaneBed, SecretId: string) {
  for (let round = 0; round < 300; round += 1) {
    const found = await secrets.send(new DescribeSecretCommand({ SecretId }))
    if (found.DeletedDate !== undefined) return found
    await wait(50)
  }
  throw new Error('the mirror was not scheduled for deletion')
}
