import { rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { seedContracts, type SeedContract } from '../../src/local/seed-plan'
import { apiCaller, textAt, type ApiCaller } from '../support/api-caller'
import { startLocalRun, type TestLocalRun } from '../support/local-run'
import { platformKey } from '../support/platform-key'
import { startReceiver, type Received, type Receiver } from './receiver'
import { signersOf } from './signers'

// The whole of it, as `npm start` runs it: events over HTTP, the queue, the function `deliver`, a receiver on loopback.

let run: TestLocalRun
let receiver: Receiver
let api: ApiCaller
/** A key of our own API for every tenant of the run. */
let token: string
beforeAll(async () => {
  run = await startLocalRun()
  receiver = await startReceiver()
  api = apiCaller(run.local.api)
  token = await platformKey(
    run.local,
    seedContracts.map(({ tenantId }) => tenantId),
  )
}, 60_000)
afterAll(async () => {
  await receiver.close()
  await run.stop()
  await rm(run.dataDir, { recursive: true, force: true })
})

/** A call of our own API for the contract's tenant. */
function own(seed: SeedContract, method: string, path: string, body?: unknown) {
  return api.call(method, path, { token, headers: { 'Keyturn-Tenant': seed.tenantId }, body })
}

/** Rotates through the vendor's own route, and returns the new secret. */
async function rotate(seed: SeedContract, body?: unknown): Promise<string> {
  const { contract } = seed
  const operation = contract.operations.find(({ use }) => use === 'rotate')
  const described: Readonly<Record<string, string>> = run.local.contracts[contract.name as 'keyturn']
  const credential =
    contract.name === 'tumban' ? described['adminSession'] : (described['apiKey'] ?? described['token'])
  const path = (operation?.path ?? '').replace('{id}', seed.endpointId)
  const tenant = contract.tenant.from === 'header' ? { [contract.tenant.header]: seed.tenantId } : {}
  const answer = await api.call('POST', path, { token: credential ?? '', headers: tenant, body })
  const place = { tumban: 'webhook_secret', storno: 'secret', featurebase: 'secret' }[contract.name] ?? 'signingSecret'
  return textAt(answer, place)
}

async function nextDelivery(seed: SeedContract): Promise<Received> {
  receiver.received.length = 0
  const published = await own(seed, 'POST', '/v1/events', { type: 'thing.happened', payload: { text: 'ünïcode' } })
  expect(published.status).toBe(202)
  return until(() => receiver.received[0])
}

async function until<Found>(find: () => Found | undefined): Promise<Found> {
  for (let tries = 0; tries < 500; tries += 1) {
    const found = find()
    if (found !== undefined) return found
    await wait(20)
  }
  throw new Error('it did not come')
}

describe('an endpoint that is rotated through its vendor’s route', () => {
  it.each(seedContracts.map(seed => ({ seed, name: seed.contract.name })))(
    '$name: gets every delivery signed by exactly the keys that live',
    async ({ seed }) => {
      await own(seed, 'PATCH', `/v1/endpoints/${seed.endpointId}`, { url: `${receiver.url}/${seed.contract.name}` })
      const secrets = [await rotate(seed)]
      const { name, overlap } = seed.contract
      const first = await nextDelivery(seed)
      secrets.push(await rotate(seed))
      const second = await nextDelivery(seed)
      secrets.push(await rotate(seed))
      const third = await nextDelivery(seed)
      const seen = [first, second, third].map(received => signersOf(name, received, secrets))
      // -1: the key that the run was seeded with, which is nowhere known.
      const overlapping = [
        [0, -1],
        [1, 0, -1],
        [2, 1, 0, -1],
      ]
      expect(seen).toEqual(overlap.kind === 'none' ? [[0], [1], [2]] : overlapping)
      expect(new Set([first, second, third].map(({ path }) => path))).toEqual(new Set([`/${name}`]))
    },
  )

  it('gets deliveries by the current key alone once a short overlap has ended', async () => {
    const seed = seedContracts.find(({ contract }) => contract.name === 'keyturn')
    if (seed === undefined) throw new Error('no seed')
    const secrets = [await rotate(seed, { overlapSeconds: 0 }), await rotate(seed, { overlapSeconds: 2 })]
    const endsAt = Date.now() + 2000
    expect(signersOf('keyturn', await nextDelivery(seed), secrets)).toEqual([1, 0])
    await wait(endsAt - Date.now() + 50)
    expect(signersOf('keyturn', await nextDelivery(seed), secrets)).toEqual([1])
  })
})

describe('the banner', () => {
  it('has commands that send deliveries to a receiver of one’s own, and work as pasted', async () => {
    const commands = [...run.output().matchAll(/^ {2}curl -X (\w+) (\S+) (.*) -d '(.*)'$/gm)]
    const replies = commands.map(([, method = '', url = '', headers = '', body = '']) => {
      const given = [...headers.matchAll(/-H '([\w-]+): ([^']*)'/g)].map(([, name = '', value = '']) => [name, value])
      const init = { method, headers: Object.fromEntries(given), body }
      return fetch(url, init)
    })
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 202])
    expect(run.output()).toMatch(/^ {2}node -e ".*listen\(\d+\)" &$/m)
  })
})

describe('deliveries of the local run', () => {
  const seed = seedContracts.find(({ contract }) => contract.name === 'storno')

  it('are tested, listed and counted through Storno’s own routes', async () => {
    if (seed === undefined) throw new Error('no seed')
    const headers = { 'X-Company': seed.tenantId }
    const path = `/api/v1/webhooks/${seed.endpointId}`
    const tested = await api.call('POST', `${path}/test`, { token: run.local.contracts.storno.token, headers })
    expect(tested.json).toMatchObject({ status: 'success', eventType: 'webhook.test', responseStatus: 200 })
    const shown = await api.call('GET', path, { token: run.local.contracts.storno.token, headers })
    expect(shown.json).toMatchObject({ deliveriesCount: 3, lastDeliveryStatus: 'success' })
  })

  it('that are queued survive kill -9, and arrive after the restart', async () => {
    if (seed === undefined) throw new Error('no seed')
    receiver.answer = response => response.destroy()
    const published = await own(seed, 'POST', '/v1/events', { type: 'thing.happened', payload: 'once more' })
    expect(published.status).toBe(202)
    await run.kill()
    receiver.received.length = 0
    receiver.answer = response => response.end('ok')
    run = await startLocalRun({ dataDir: run.dataDir, buildDir: run.buildDir })
    await until(() => receiver.received.find(({ body }) => body.includes('once more')))
  }, 30_000)
})
