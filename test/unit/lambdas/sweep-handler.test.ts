import { describe, expect, it } from '@jest/globals'
import { sweepHandler } from '../../../lambdas/handlers'
import { keyturn } from '../../../src/contracts/keyturn'
import { currentRequestId } from '../../../src/core/log'
import { bearer, harness, NOON } from '../http/harness'

const context = { awsRequestId: 'sweep-1', getRemainingTimeInMillis: () => 58_000 }

async function setup() {
  const made = harness()
  const { endpoint } = await made.endpoint(keyturn, 'acme')
  const key = await made.apiKey(keyturn, 'acme')
  await made.send('DELETE', `/v1/endpoints/${endpoint.id}`, bearer(key))
  made.clock.now = new Date(NOON.getTime() + 6_000)
  const said: (string | null)[] = []
  const info = (): void => void said.push(currentRequestId())
  return { ...made, said, handle: sweepHandler({ ...made.deps, log: { info, error: info } }) }
}

describe('the sweep', () => {
  it('settles what is due, and says so under its own request id', async () => {
    const { handle, said, tables } = await setup()
    expect(await handle({}, context)).toMatchObject({ settled: 1, failed: 0, left: 0 })
    expect([...tables.vault.secrets.values()].map(secret => secret.deleted)).toEqual([true])
    expect(said).toEqual(['sweep-1'])
  })

  it('says nothing when nothing is due', async () => {
    const { handle, said } = await setup()
    await handle({}, context)
    said.length = 0
    expect(await handle({}, context)).toMatchObject({ settled: 0, failed: 0, left: 0 })
    expect(said).toEqual([])
  })

  it('begins nothing that it could not finish in time', async () => {
    const { handle, tables } = await setup()
    const late = { ...context, getRemainingTimeInMillis: () => 8_000 }
    expect(await handle({}, late)).toMatchObject({ settled: 0, left: 1 })
    expect([...tables.vault.secrets.values()].map(secret => secret.deleted)).toEqual([false])
  })
})
