import { createHash } from 'node:crypto'
import { type CalledReply, type ApiCaller, type CallOptions, memberAt, textAt } from '../../../support/api-caller'
import type { Credentials } from './bed'

/** One kind of change of a ring, each time on an endpoint of its own. */
export interface RingChange {
  readonly name: string
  readonly status: number
  /** What the reply shows that a repeat must show too: the secret, or what was revoked. */
  readonly shown: (reply: CalledReply) => unknown
  /** How many changes the ring has had in the end. */
  readonly changes: number
  prepare(api: ApiCaller, credentials: Credentials, key: string): Promise<Repeatable>
}

/** A request that can be sent again, with the same `Idempotency-Key`. */
export interface Repeatable {
  readonly endpointId: string
  /** The API key. */
  readonly token: string
  send(): Promise<CalledReply>
}

/** Two keys are live already, so that both are opened for the mirror. */
const rotationWithOverlap: RingChange = {
  name: 'a rotation with an overlap',
  status: 200,
  shown: reply => textAt(reply, 'signingSecret'),
  changes: 3,
  prepare: async (api, credentials, key) => {
    const endpointId = await newEndpoint(api, credentials, 'teambattles')
    const path = `/api/v1/webhooks/${endpointId}/rotate-secret`
    await api.call('POST', path, { token: credentials.teambattles })
    const token = credentials.teambattles
    return { endpointId, token, send: () => api.call('POST', path, withKey(token, key)) }
  },
}

export const rotationWithoutOverlap: RingChange = {
  name: 'a rotation without an overlap',
  status: 200,
  shown: reply => textAt(reply, 'secret'),
  changes: 2,
  prepare: async (api, credentials, key) => {
    const endpointId = await newEndpoint(api, credentials, 'featurebase')
    const path = `/v2/webhooks/${endpointId}/secret`
    const token = credentials.featurebase
    return { endpointId, token, send: () => api.call('POST', path, withKey(token, key)) }
  },
}

const creation: RingChange = {
  name: 'creating an endpoint',
  status: 201,
  shown: reply => textAt(reply, 'signingSecret'),
  changes: 1,
  prepare: async (api, { keyturn: token }, key) => {
    const endpointId = `ep_${createHash('sha256').update(key).digest('hex').slice(0, 24)}`
    const body = { url: 'https://receiver.example/faults', id: endpointId }
    return { endpointId, token, send: () => api.call('POST', '/v1/endpoints', { ...withKey(token, key), body }) }
  },
}

const revocation: RingChange = {
  name: 'revoking the previous keys',
  status: 200,
  shown: reply => memberAt(reply.json, 'revokedKeyIds'),
  changes: 3,
  prepare: async (api, credentials, key) => {
    const endpointId = await newEndpoint(api, credentials, 'keyturn')
    const path = `/v1/endpoints/${endpointId}/secret`
    const token = credentials.keyturn
    await api.call('POST', `${path}/rotate`, { token })
    return { endpointId, token, send: () => api.call('POST', `${path}/revoke-previous`, withKey(token, key)) }
  },
}

export const ringChanges: readonly RingChange[] = [rotationWithOverlap, rotationWithoutOverlap, creation, revocation]

async function newEndpoint(api: ApiCaller, { keyturn }: Credentials, contract: string): Promise<string> {
  const body = { url: 'https://receiver.example/faults', contract }
  return textAt(await api.call('POST', '/v1/endpoints', { token: keyturn, body }), 'endpoint.id')
}

function withKey(token: string, key: string): CallOptions {
  return { token, headers: { 'idempotency-key': key } }
}
