import { randomBytes } from 'node:crypto'
import type { Contract } from '../src/contracts/contract'
import { newEndpointId } from '../src/contracts/ids'
import { newEndpoint } from '../src/rotation/create'
import type { Endpoint } from '../src/rotation/endpoint'

const settings = {
  url: 'https://receiver.example/bench',
  description: 'an endpoint',
  name: 'bench',
  eventTypes: ['order.created'],
  status: 'active',
  mirror: 'on',
  requestConfig: { timeoutMs: 5000, headers: {} },
  consumers: [],
} as const
const twoDays = 48 * 60 * 60 * 1000

/** An endpoint that was made two days ago and is settled, without a mirror. Its sealed key is random: it cannot be opened. */
export function sampleEndpoint(tenantId: string, contract: Contract): Endpoint {
  const id = newEndpointId(contract.ids, randomBytes)
  const key = { id: newId('key'), sealed: randomBytes(184).toString('base64'), hint: 'abcd', mask: null }
  const actor = { kind: 'keyturn', id: 'bench' } as const
  const draft = { id: newId('chg'), kind: 'create', actor, reason: null, overlapSeconds: 0, idempotency: null } as const
  const birth = { tenantId, id, contract: contract.name, incarnation: newId('inc'), settings, key, draft }
  const created = newEndpoint(birth, new Date(Date.now() - twoDays), null)
  return { ...created, settling: { ...created.settling, revision: created.revision }, dueAt: null }
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}
