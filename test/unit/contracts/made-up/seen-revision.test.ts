import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../../src/contracts/contract'
import { bearer, harness, type Reply } from '../../http/harness'
import { quarterdeck } from './quarterdeck'

/** Quarterdeck, where a rotation may also say which revision of the ring the caller saw. */
function seen(field: string): Contract {
  return { ...quarterdeck, rotateBody: { ...quarterdeck.rotateBody, ifRevision: { field } } }
}

async function setup(contract: Contract) {
  const made = harness([contract])
  const { endpoint } = await made.endpoint(contract, 'crew')
  const key = await made.apiKey(contract, 'crew')
  const rotate = (query: string, body: object): Promise<Reply> =>
    made.send('PATCH', `/decks/${endpoint.id}/secret${query}`, {
      ...bearer(key, { 'idempotency-key': 'k' }),
      body: JSON.stringify(body),
    })
  return { rotate, revision: endpoint.ring.revision }
}

describe('a rotation that may say the revision that it saw', () => {
  it('202 for null, where the contract takes null for absent', async () => {
    const { rotate } = await setup(seen('revision'))
    expect((await rotate('', { revision: null })).status).toBe(202)
  })

  it('409 for the same idempotency key with another revision in the query', async () => {
    const { rotate, revision } = await setup(seen('?revision'))
    expect((await rotate(`?revision=${revision}`, {})).status).toBe(202)
    expect((await rotate(`?revision=${revision}`, {})).status).toBe(202)
    expect(await rotate(`?revision=${revision + 1}`, {})).toMatchObject({
      status: 409,
      json: { code: 'idempotency-key-reused' },
    })
  })
})
