import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda'
import { deliverHandler, sweepHandler } from '../../../lambdas/handlers'
import { keyturn } from '../../../src/contracts/keyturn'
import { currentRequestId } from '../../../src/core/log'
import { startWorld, tenantId, type World } from '../delivery/world'
import { bearer, harness, NOON } from '../http/harness'

describe('the function deliver', () => {
  const context = { awsRequestId: 'deliver-1' }

  let world: World
  beforeEach(async () => {
    world = await startWorld()
  })
  afterEach(() => world.close())

  it('names the messages of a batch that are to come again, and does the others', async () => {
    await world.addEndpoint()
    const said: (string | null)[] = []
    const log = { info: () => undefined, error: () => void said.push(currentRequestId()) }
    const handle = deliverHandler({ ...world.deps, log }, () => Promise.reject(new Error('no request')))
    const good = JSON.stringify({ kind: 'event', tenantId, type: 'order.paid', payload: 1 })
    const ahead = { kind: 'delivery', tenantId, endpointId: 'ep_1', messageId: 'msg_1', attempt: 1 }
    const result = await handle(records([good, '{no JSON', JSON.stringify(ahead), '{}']), context)
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm3' }] })
    expect(said).toEqual(['deliver-1', 'deliver-1'])
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
  })

  it('leaves a message whose attempt is ahead of what is stored', async () => {
    const { endpoint } = await world.addEndpoint()
    world.receiver.answer = response => response.writeHead(500).end()
    await world.publish('order.paid')
    await world.drain()
    const endpointId = endpoint.id
    const [delivery] = await world.deps.deliveries.recent({ tenantId, endpointId }, 1)
    expect(delivery).toMatchObject({ status: 'pending', attemptCount: 1 })
    const messageId = delivery?.messageId
    const handle = deliverHandler(world.deps, () => Promise.reject(new Error('no request')))
    const message = { kind: 'delivery', tenantId, endpointId, messageId, attempt: 2 }
    const result = await handle(records([JSON.stringify(message)]), context)
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] })
  })

  it('answers requests of the HTTP API', async () => {
    const answer = { statusCode: 200, body: 'answered' }
    const handle = deliverHandler(world.deps, () => Promise.resolve(answer))
    expect(await handle({} as APIGatewayProxyEventV2, context)).toBe(answer)
  })
})

function records(bodies: readonly string[]): SQSEvent {
  // What the handler reads of a record.
  return { Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })) } as unknown as SQSEvent
}

describe('the sweep', () => {
  const context = { awsRequestId: 'sweep-1', getRemainingTimeInMillis: () => 58_000 }

  async function dueEndpoint() {
    const made = harness()
    const { endpoint } = await made.endpoint(keyturn, 'acme')
    const key = await made.apiKey(keyturn, 'acme')
    await made.send('DELETE', `/v1/endpoints/${endpoint.id}`, bearer(key))
    made.clock.now = new Date(NOON.getTime() + 6_000)
    const said: (string | null)[] = []
    const info = (): void => void said.push(currentRequestId())
    return { ...made, said, handle: sweepHandler({ ...made.deps, log: { info, error: info } }) }
  }

  it('settles what is due, and says so under its own request id', async () => {
    const { handle, said, tables } = await dueEndpoint()
    expect(await handle({}, context)).toMatchObject({ settled: 1, failed: 0, left: 0 })
    expect([...tables.vault.secrets.values()].map(secret => secret.deleted)).toEqual([true])
    expect(said).toEqual(['sweep-1'])
  })

  it('says how things stand when nothing is due, too: gauges are read from what it says', async () => {
    const { handle, said } = await dueEndpoint()
    await handle({}, context)
    said.length = 0
    const nothing = { settled: 0, failed: 0, left: 0, failing: 0, consumersNotWritten: 0, oldestSeconds: 0, backlog: 0 }
    expect(await handle({}, context)).toMatchObject(nothing)
    expect(said).toEqual(['sweep-1'])
  })

  it('counts deliveries that it could not put back to its backlog', async () => {
    const { deps } = await dueEndpoint()
    const due = async function* () {
      yield [{ tenantId: 'acme', messageId: 'msg_1' }]
    }
    const load = () => Promise.reject(new Error('no table'))
    const log = { info: () => undefined, error: () => undefined }
    const handle = sweepHandler({ ...deps, deliveries: { ...deps.deliveries, due, load }, log })
    expect(await handle({}, context)).toMatchObject({ backlog: 1 })
  })

  it('begins nothing that it could not finish in time', async () => {
    const { handle, tables } = await dueEndpoint()
    const late = { ...context, getRemainingTimeInMillis: () => 8_000 }
    expect(await handle({}, late)).toMatchObject({ settled: 0, left: 1, backlog: 1 })
    expect([...tables.vault.secrets.values()].map(secret => secret.deleted)).toEqual([false])
  })
})
