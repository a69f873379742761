import { expect } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import type { Answer } from '../../support/api-caller'
import { type Created, ownApi, receiverUrl } from './own-api'
import type { Setting } from './setting'

/** A request that carries a secret and is refused. */
type Attempt = (secret: string) => Promise<Answer>

/** Sends a secret of its own with every request that is refused on the way in. Returns the secrets. */
export async function refuseSecrets(setting: () => Setting): Promise<readonly string[]> {
  const api = ownApi(setting)
  const endpoint = await api.create()
  await api.rotate(endpoint, {}, { 'idempotency-key': 'refused' })
  const attempts = { ...refusedRotations(setting, api, endpoint), ...refusedCreations(api, endpoint) }
  const secrets: string[] = []
  for (const [status, attempt] of Object.entries(attempts)) {
    const secret = `whsec_${randomBytes(32).toString('base64')}`
    secrets.push(secret)
    expect([status, (await attempt(secret)).status]).toEqual([status, Number(status.slice(0, 3))])
  }
  return secrets
}

type OwnApi = ReturnType<typeof ownApi>

function refusedRotations(setting: () => Setting, { call, rotate }: OwnApi, endpoint: Created) {
  const path = `/v1/endpoints/${endpoint.endpointId}/secret/rotate`
  const other = { ...endpoint, endpointId: `ep_${'9'.repeat(24)}` }
  const member = (): string => setting().local.contracts.keyturn.memberSession
  return {
    '400 an unknown field': secret => rotate(endpoint, { secret, sceret: secret }),
    '400 not JSON': secret => call('POST', path, `{"secret":"${secret}"`),
    '400 a name twice': secret => call('POST', path, `{"secret":"${secret}","secret":"${secret}"}`),
    '400 another format': secret => rotate(endpoint, { secret: `${secret}!` }),
    '401 as the credential': secret => setting().api.call('POST', path, { token: secret }),
    "403 a member's session": secret => setting().api.call('POST', path, { token: member(), body: { secret } }),
    '404 another endpoint': secret => rotate(other, { secret }),
    '404 as the id': secret => call('GET', `/v1/endpoints/${encodeURIComponent(secret)}`),
    '409 a reused key': secret => rotate(endpoint, { secret }, { 'idempotency-key': 'refused' }),
    '413 too large': secret => rotate(endpoint, { secret, reason: 'a'.repeat(64 * 1024) }),
  } as const satisfies Readonly<Record<string, Attempt>>
}

function refusedCreations({ call }: OwnApi, { endpointId: id }: Created) {
  const create = (body: object): Promise<Answer> => call('POST', '/v1/endpoints', { url: receiverUrl, ...body })
  return {
    '400 an unknown contract': secret => create({ contract: 'none', secret }),
    '400 the format of another contract': secret => create({ contract: 'storno', secret }),
    '409 an id that exists': secret => create({ id, secret }),
  } as const satisfies Readonly<Record<string, Attempt>>
}
