import { createHash } from 'node:crypto'
import { addSeconds } from '../../../../src/core/instant'
import type { EndpointStore } from '../../../../src/rotation/ports'
import { type CalledReply, type ApiCaller, type CallOptions, memberAt, textAt } from '../../../support/api-caller'
import { type Credentials, tenantId } from './bed'

/** One kind of change of a ring, each time on an endpoint of its own. */
export interface RingChange {
  readonly name: string
  readonly status: number
  /** What the reply shows that a repeat must show too: the secret, or what was revoked. */
  readonly shown: (reply: CalledReply) => unknown
  /** How many changes the ring has had in the end. */
  readonly changes: number
  prepare(bed: PreparingBed, key: string): Promise<Repeatable>
}

/** What an endpoint is brought to its change with. */
export interface PreparingBed {
  readonly api: ApiCaller
  readonly credentials: Credentials
  readonly store: EndpointStore
}

/** A request that can be sent again, with the same `Idempotency-Key`. */
export interface Repeatable {
  readonly endpointId: string
  /** The API key. */
  readonly token: string
  /** Secrets that were revealed before, and that must verify whatever becomes of the request. Absent: none. */
  readonly keeps?: readonly string[]
  send(): Promise<CalledReply>
}

/** Two keys are live already, so that both are opened for the mirror. */
const rotationWithOverlap: RingChange = {
  name: 'a rotation with an overlap',
  status: 200,
  shown: reply => textAt(reply, 'signingSecret'),
  changes: 3,
  prepare: async ({ api, credentials }, key) => {
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
  prepare: async ({ api, credentials }, key) => {
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
  prepare: async ({ api, credentials: { keyturn: token } }, key) => {
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
  prepare: async ({ api, credentials }, key) => {
    const endpointId = await newEndpoint(api, credentials, 'keyturn')
    const path = `/v1/endpoints/${endpointId}/secret`
    const token = credentials.keyturn
    await api.call('POST', `${path}/rotate`, { token })
    return { endpointId, token, send: () => api.call('POST', `${path}/revoke-previous`, withKey(token, key)) }
  },
}

/** A key that waits to sign beside the one that does. */
const publication: RingChange = {
  name: 'a rotation that publishes its key',
  status: 200,
  shown: reply => textAt(reply, 'signingSecret'),
  changes: 2,
  prepare: async ({ api, credentials }, key) => {
    const { endpointId, secret } = await created(api, credentials)
    const token = credentials.keyturn
    const body = { signing: 'published' }
    const send = () => api.call('POST', `${pathOf(endpointId)}/rotate`, { ...withKey(token, key), body })
    return { endpointId, token, keeps: [secret], send }
  },
}

export const promotion: RingChange = {
  name: 'a promotion that somebody asks for',
  status: 200,
  shown: reply => textAt(reply, 'signingKeyId'),
  changes: 3,
  prepare: async (bed, key) => {
    const { endpointId, keyId, keeps } = await published(bed, 'manual')
    await makeReadableLongAgo(bed.store, endpointId)
    return { ...step(bed, endpointId, { name: 'promote', body: { keyId }, key }), keeps }
  },
}

const abandonment: RingChange = {
  name: 'abandoning the published key',
  status: 200,
  shown: reply => textAt(reply, 'abandonedKeyId'),
  changes: 3,
  prepare: async (bed, key) => {
    const { endpointId, keyId, keeps } = await published(bed, 'manual')
    return { ...step(bed, endpointId, { name: 'abandon', body: { keyId }, key }), keeps }
  },
}

const rollBack: RingChange = {
  name: 'rolling a promotion back',
  status: 200,
  shown: reply => [textAt(reply, 'signingKeyId'), textAt(reply, 'publishedKeyId')],
  changes: 4,
  prepare: async (bed, key) => {
    const { endpointId, keyId, keeps } = await published(bed, 'manual')
    await step(bed, endpointId, { name: 'promote', body: { keyId, force: true }, key: `${key}-before` }).send()
    return { ...step(bed, endpointId, { name: 'roll-back', body: {}, key }), keeps }
  },
}

export const ringChanges: readonly RingChange[] = [
  rotationWithOverlap,
  rotationWithoutOverlap,
  creation,
  revocation,
  publication,
  promotion,
  abandonment,
  rollBack,
]

interface Step {
  readonly name: 'promote' | 'abandon' | 'roll-back'
  readonly body: object
  readonly key: string
}

function step({ api, credentials }: PreparingBed, endpointId: string, { name, body, key }: Step): Repeatable {
  const token = credentials.keyturn
  const send = () => api.call('POST', `${pathOf(endpointId)}/${name}`, { ...withKey(token, key), body })
  return { endpointId, token, send }
}

export interface PublishedEndpoint {
  readonly endpointId: string
  readonly keyId: string
  /** The secrets of both keys. */
  readonly keeps: readonly string[]
}

/** A new endpoint, one of whose two keys is published, with the shortest lead. */
export async function published(
  { api, credentials }: Pick<PreparingBed, 'api' | 'credentials'>,
  signing: 'published' | 'manual',
): Promise<PublishedEndpoint> {
  const { endpointId, secret } = await created(api, credentials)
  const options = { token: credentials.keyturn, body: { signing, leadSeconds: 1 } }
  const reply = await api.call('POST', `${pathOf(endpointId)}/rotate`, options)
  return { endpointId, keyId: textAt(reply, 'keyId'), keeps: [secret, textAt(reply, 'signingSecret')] }
}

/** The published key's lead is over by now. Where the sweep promotes it, that is due. */
export async function makeReadableLongAgo(store: EndpointStore, endpointId: string): Promise<void> {
  const endpoint = await store.load({ tenantId, endpointId })
  const { readableSince } = endpoint?.settling ?? {}
  if (!endpoint?.dueAt || readableSince === undefined) throw new TypeError('the key cannot be read yet')
  const settling = { ...endpoint.settling, readableSince: addSeconds(readableSince, -60) }
  const dueAt = endpoint.published?.signing === 'published' ? addSeconds(endpoint.dueAt, -60) : endpoint.dueAt
  const outcome = await store.settle(endpoint, { settling, lookAgainAt: null, dueAt }, AbortSignal.timeout(5000))
  if (outcome !== 'stored') throw new Error('the endpoint has changed meanwhile')
}

async function created(api: ApiCaller, { keyturn: token }: Credentials) {
  const body = { url: 'https://receiver.example/faults' }
  const reply = await api.call('POST', '/v1/endpoints', { token, body })
  return { endpointId: textAt(reply, 'endpoint.id'), secret: textAt(reply, 'signingSecret') }
}

function pathOf(endpointId: string): string {
  return `/v1/endpoints/${endpointId}/secret`
}

async function newEndpoint(api: ApiCaller, { keyturn }: Credentials, contract: string): Promise<string> {
  const body = { url: 'https://receiver.example/faults', contract }
  return textAt(await api.call('POST', '/v1/endpoints', { token: keyturn, body }), 'endpoint.id')
}

function withKey(token: string, key: string): CallOptions {
  return { token, headers: { 'idempotency-key': key } }
}
