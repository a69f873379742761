import { randomBytes } from 'node:crypto'
import type { ApiKeyStore } from '../access/api-key'
import { createApiKey } from '../access/create-api-key'
import { keyturn } from '../contracts/keyturn'
import { seedContracts } from './seed-plan'

export interface EndpointSeeding {
  /** The running API's URL. */
  readonly api: string
  readonly store: ApiKeyStore
  readonly now: () => Date
}

interface NewEndpoint {
  readonly tenantId: string
  readonly contract: string
  readonly id: string
}

/** Creates every endpoint of the plan through the running API, with a key that is revoked afterwards. Repeatable. */
export async function seedEndpoints({ api, store, now }: EndpointSeeding): Promise<void> {
  const wanted = seedContracts.flatMap(({ contract, tenantId, endpointId, foreign }) => [
    { contract: contract.name, tenantId, id: endpointId },
    ...(foreign === undefined ? [] : [{ contract: contract.name, tenantId: foreign.tenantId, id: foreign.endpointId }]),
  ])
  const { stored, text } = await createApiKey(
    store,
    { now, randomBytes },
    {
      contract: keyturn,
      name: 'seeding',
      tenantIds: [...new Set(wanted.map(({ tenantId }) => tenantId))],
      permissions: ['endpoints:write'],
      plan: null,
      expiresAt: null,
    },
  )
  await Promise.all(wanted.map(endpoint => createEndpoint(`${api}/v1/endpoints`, text.reveal(), endpoint)))
  await store.revoke(stored.id, now())
}

/** An endpoint that is there already, from a start that was cut short, stays as it is. */
async function createEndpoint(url: string, apiKey: string, endpoint: NewEndpoint): Promise<void> {
  const { tenantId, contract, id } = endpoint
  const reply = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      [keyturn.tenant.header]: tenantId,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      contract,
      id,
      url: `https://receiver.example/${contract}`,
      description: 'Made by the local run',
      name: `${contract} receiver`,
      eventTypes: ['*'],
    }),
  })
  const text = await reply.text()
  if (reply.status === 201 || reply.status === 409) return
  throw new TypeError(`creating the endpoint ${id} of ${contract} answered ${reply.status}: ${text}`)
}
