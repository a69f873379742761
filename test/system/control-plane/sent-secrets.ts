import { PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { expect } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { localClientOptions } from '../../../local/aws-resources'
import { eventBridgeClient } from '../../../src/aws/clients'
import type { CalledReply } from '../../support/api-caller'
import type { Canary } from '../../support/canary/secret-forms'
import { type ControlPlaneBed, type Created, type OwnApi, ownApi, receiverUrl } from './bed'

/** Sends a secret of its own with every request that is refused on the way in. Returns the secrets. */
export async function refuseSecrets(bed: () => ControlPlaneBed): Promise<readonly string[]> {
  const api = ownApi(bed)
  const endpoint = await api.create()
  await api.rotate(endpoint, {}, { 'idempotency-key': 'refused' })
  const attempts = { ...refusedRotations(bed, api, endpoint), ...refusedCreations(api, endpoint) }
  const secrets: string[] = []
  for (const [status, attempt] of Object.entries(attempts)) {
    const secret = `whsec_${randomBytes(32).toString('base64')}`
    secrets.push(secret)
    expect([status, (await attempt(secret)).status]).toEqual([status, Number(status.slice(0, 3))])
  }
  return secrets
}

/** A request that carries a secret and is refused. */
type Attempt = (secret: string) => Promise<CalledReply>

function refusedRotations(bed: () => ControlPlaneBed, { call, rotate }: OwnApi, endpoint: Created) {
  const path = `/v1/endpoints/${endpoint.endpointId}/secret/rotate`
  const other = { ...endpoint, endpointId: `ep_${'9'.repeat(24)}` }
  const member = (): string => bed().local.contracts.keyturn.memberSession
  return {
    '400 an unknown field': secret => rotate(endpoint, { secret, sceret: secret }),
    '400 not JSON': secret => call('POST', path, `{"secret":"${secret}"`),
    '400 a name twice': secret => call('POST', path, `{"secret":"${secret}","secret":"${secret}"}`),
    '400 another format': secret => rotate(endpoint, { secret: `${secret}!` }),
    '401 as the credential': secret => bed().api.call('POST', path, { token: secret }),
    "403 a member's session": secret => bed().api.call('POST', path, { token: member(), body: { secret } }),
    '404 another endpoint': secret => rotate(other, { secret }),
    '404 as the id': secret => call('GET', `/v1/endpoints/${encodeURIComponent(secret)}`),
    '409 a reused key': secret => rotate(endpoint, { secret }, { 'idempotency-key': 'refused' }),
    '413 too large': secret => rotate(endpoint, { secret, reason: 'a'.repeat(64 * 1024) }),
  } as const satisfies Readonly<Record<string, Attempt>>
}

function refusedCreations({ call }: OwnApi, { endpointId: id }: Created) {
  const create = (body: object): Promise<CalledReply> => call('POST', '/v1/endpoints', { url: receiverUrl, ...body })
  return {
    '400 an unknown contract': secret => create({ contract: 'none', secret }),
    '400 the format of another contract': secret => create({ contract: 'storno', secret }),
    '409 an id that exists': secret => create({ id, secret }),
  } as const satisfies Readonly<Record<string, Attempt>>
}

/** Puts a secret where none may be; each in another form. The names say where it must be found. */
export async function plantSecrets(bed: () => ControlPlaneBed): Promise<readonly Canary[]> {
  const { call, create, rotate } = ownApi(bed)
  const { run } = bed()
  const planted: Canary[] = []
  const plant = async (name: string, put: (bytes: Buffer, text: string) => Promise<unknown>): Promise<void> => {
    const bytes = randomBytes(32)
    const text = `whsec_${bytes.toString('base64')}`
    planted.push({ name, text })
    await put(bytes, text)
  }
  const endpoint = await create()
  await plant('errors', (_, text) => call('POST', '/v1/endpoints', { url: receiverUrl, [text]: 1 }))
  await plant('the table', bytes =>
    call('PATCH', `/v1/endpoints/${endpoint.endpointId}`, { description: `x${bytes.toString('hex')}x` }),
  )
  await plant('audit', (_, text) => rotate(endpoint, { reason: Buffer.from(`ab${text}`).toString('base64url') }))
  await call('GET', `/v1/endpoints/${endpoint.endpointId}`)
  await plant('aws/events.ndjson', (_, text) => putEvent(bed(), text))
  const log = (name: string, bytes: string | Buffer) => appendFile(join(run.dataDir, 'logs', name), bytes)
  await plant('logs/rotate.ndjson', bytes => log('rotate.ndjson', bytes))
  await plant('logs/endpoints.ndjson', (_, text) => log('endpoints.ndjson', Buffer.from(text).toString('base64')))
  await plant('logs/sweep.ndjson', bytes => log('sweep.ndjson', bytes.toString('base64url')))
  // Not as it stands in the text, where the encoding begins with the first byte.
  await plant('logs/deliver.ndjson', bytes =>
    log('deliver.ndjson', Buffer.concat([Buffer.from('x'), bytes]).toString('base64')),
  )
  await plant('local.json', (_, text) => appendFile(join(run.dataDir, 'local.json'), Buffer.from(text).toString('hex')))
  return planted
}

async function putEvent({ local }: ControlPlaneBed, text: string): Promise<void> {
  const client = eventBridgeClient(localClientOptions(local.aws, local.accessKeyId))
  const Detail = JSON.stringify({ text: encodeURIComponent(text) })
  await client.send(new PutEventsCommand({ Entries: [{ Source: 'test', DetailType: 'planted', Detail }] }))
  client.destroy()
}
