import { keyturn } from '../../../src/contracts/keyturn'
import { createEndpoint } from '../../../src/rotation/create'
import type { EndpointSettings } from '../../../src/rotation/endpoint'
import { plainSettings } from '../../support/plain-settings'
import type { Deployment } from './deployment'

export interface Subscribed {
  readonly endpointId: string
  readonly secret: string
  readonly url: string
}

/** Adds an endpoint that gets every event of the tenant. */
export async function subscribe({ rotation }: Deployment, tenantId: string, url: string): Promise<Subscribed> {
  const settings: EndpointSettings = { ...plainSettings, url, mirror: 'off' }
  const actor = { kind: 'session', id: 'user_1' } as const
  const request = { tenantId, contract: keyturn, actor, id: null, settings, ownSecret: null, idempotency: null }
  const { endpoint, secret } = await createEndpoint(rotation, request)
  return { endpointId: endpoint.id, secret: secret.reveal(), url }
}
