import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { type SeedContract, seedContracts } from '../../local/seed-plan'
import { endBuilder } from '../../scripts/bundle'
import { apiCaller, type ApiCaller, textAt } from '../support/api-caller'
import { buildAheadPreload } from '../support/clock/build-ahead-preload'
import { startLocalRun, type TestLocalRun } from '../support/local-run'
import { platformKey } from '../support/platform-key'
import { type Received, type Receiver, startReceiver } from '../unit/delivery/receiver'
import { signersOf } from '../unit/delivery/signers'
import { rotateThrough, routeOf } from './rotate-routes'

// The whole of it, as `npm start` runs it: events over HTTP, the queue, the function `deliver`, a receiver on loopback.

let run: TestLocalRun
let receiver: Receiver
let api: ApiCaller
/** A key of our own API for every tenant of the run. */
let token: string
/** What has the local run live a day, and an hour, ahead: longer than any overlap here. */
let aDayAhead: string
beforeAll(async () => {
  run = await startLocalRun()
  aDayAhead = await buildAheadPreload(run.dataDir, 25 * 60 * 60)
  await endBuilder()
  receiver = await startReceiver()
  api = apiCaller(run.local.api)
  token = await platformKey(
    run.local,
    seedContracts.map(({ tenantId }) => tenantId),
  )
})
afterAll(async () => {
  await receiver.close()
  await run.stop()
  await rm(run.dataDir, { recursive: true, force: true })
})

/** A call of our own API for the contract's tenant. */
function own(seed: SeedContract, method: string, path: string, body?: unknown) {
  return api.call(method, path, { token, headers: { 'Keyturn-Tenant': seed.tenantId }, body })
}

/** An endpoint of the contract, made through our own API; the seeded one gets nothing from now on. */
async function create(seed: SeedContract): Promise<RotatedEndpoint> {
  const seeded = `/v1/endpoints/${seed.endpointId}`
  // A contract with a fixed id has one endpoint a tenant, which is made anew.
  if (seed.contract.ids.kind === 'fixed') await own(seed, 'DELETE', seeded)
  else await own(seed, 'PATCH', seeded, { status: 'paused' })
  const { name } = seed.contract
  const created = await own(seed, 'POST', '/v1/endpoints', { contract: name, url: `${receiver.url}/${name}` })
  return { seed, endpointId: textAt(created, 'endpoint.id'), secrets: [textAt(created, 'signingSecret')] }
}

/** One contract's endpoint on its way, with every secret that it had, oldest first. */
interface RotatedEndpoint {
  readonly seed: SeedContract
  readonly endpointId: string
  readonly secrets: string[]
}

/** Rotates through the vendor's own route. */
async function rotate({ seed, endpointId, secrets }: RotatedEndpoint): Promise<void> {
  const route = routeOf[seed.contract.name as keyof typeof routeOf]
  const answer = await rotateThrough(route, { api, local: run.local }, { endpointId })
  secrets.push(textAt(answer, route.secretAt))
}

async function nextDelivery(seed: SeedContract): Promise<Received> {
  receiver.received.length = 0
  const published = await own(seed, 'POST', '/v1/events', { type: 'thing.happened', payload: { text: 'ünïcode' } })
  expect(published.status).toBe(202)
  return until(() => receiver.received.find(({ path }) => path === `/${seed.contract.name}`))
}

/** Publishes an event, and tells which of the secrets signed what arrived, by their places. */
async function signers({ seed, secrets }: RotatedEndpoint): Promise<readonly number[]> {
  return signersOf(seed.contract.name, await nextDelivery(seed), secrets)
}

async function until<Found>(find: () => Found | undefined): Promise<Found> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const found = find()
    if (found !== undefined) return found
    await wait(20)
  }
  throw new Error('it did not come')
}

const rotated: RotatedEndpoint[] = []

function endpointOf(contract: string): RotatedEndpoint {
  const found = rotated.find(({ seed }) => seed.contract.name === contract)
  if (found === undefined) throw new Error(`no endpoint of ${contract} was rotated`)
  return found
}

describe('an endpoint that is created, rotated through its vendor’s route, and rotated again', () => {
  it.each(seedContracts.map(seed => ({ seed, name: seed.contract.name })))(
    '$name: gets every delivery signed by exactly the keys that live',
    async ({ seed }) => {
      const endpoint = await create(seed)
      rotated.push(endpoint)
      const seen = [await signers(endpoint)]
      await rotate(endpoint)
      seen.push(await signers(endpoint))
      await rotate(endpoint)
      seen.push(await signers(endpoint))
      expect(seen).toEqual(seed.contract.overlap.kind === 'none' ? [[0], [1], [2]] : [[0], [1, 0], [2, 1, 0]])
    },
  )

  it.each(['thesignup', 'teambattles', 'keyturn'])(
    '%s: is verified by both libraries of the scheme, with each of its keys and no other',
    async name => {
      const { seed, secrets } = endpointOf(name)
      const { body, headers } = await nextDelivery(seed)
      const given = headers as Record<string, string>
      for (const secret of secrets) {
        expect(new Webhook(secret).verify(body, given)).toEqual(JSON.parse(body))
        expect(new SvixWebhook(secret).verify(body, given)).toEqual(JSON.parse(body))
      }
      const stranger = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
      expect(() => new Webhook(stranger).verify(body, given)).toThrow('No matching signature')
      expect(() => new SvixWebhook(stranger).verify(body, given)).toThrow('No matching signature')
    },
  )
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
  it('are tested, listed and counted through Storno’s own routes', async () => {
    const { seed, endpointId } = endpointOf('storno')
    const headers = { 'X-Company': seed.tenantId }
    const path = `/api/v1/webhooks/${endpointId}`
    const tested = await api.call('POST', `${path}/test`, { token: run.local.contracts.storno.token, headers })
    expect(tested.json).toMatchObject({ status: 'success', eventType: 'webhook.test', responseStatus: 200 })
    const shown = await api.call('GET', path, { token: run.local.contracts.storno.token, headers })
    expect(shown.json).toMatchObject({ deliveriesCount: 3, lastDeliveryStatus: 'success' })
  })

  it('prove to a probe which key the receiver has, which a revoke can ask for', async () => {
    const { seed, endpointId, secrets } = endpointOf('keyturn')
    const path = `/v1/endpoints/${endpointId}/secret`
    const verifyWith = (secret = ''): void => {
      receiver.answer = (response, received) => {
        const isGenuine = signersOf('keyturn', received, [secret]).includes(0)
        response.writeHead(isGenuine ? 200 : 401).end()
      }
    }
    const revoke = () => own(seed, 'POST', `${path}/revoke-previous`, { requireProof: true })
    verifyWith(secrets.at(-2))
    const old = await own(seed, 'POST', `${path}/probe`)
    expect(old).toMatchObject({ status: 200, json: { adoption: 'not-adopted' } })
    expect(await revoke()).toMatchObject({ status: 409, json: { code: 'not-proven' } })
    const bus = await readFile(join(run.dataDir, 'aws', 'events.ndjson'), 'utf8')
    const events = bus.split('\n').filter(line => line.includes('"secret.proof-failed"'))
    const detail = { endpointId, keyId: textAt(old, 'keyId'), adoption: 'not-adopted' }
    expect(events.map(line => JSON.parse(line))).toMatchObject([{ source: 'keyturn', detail }])
    verifyWith(secrets.at(-1))
    const probed = await own(seed, 'POST', `${path}/probe`)
    expect(probed).toMatchObject({ status: 200, json: { adoption: 'adopted' } })
    expect((await own(seed, 'GET', path)).json).toMatchObject({
      keys: [{ id: textAt(probed, 'keyId'), proof: { adoption: 'adopted', at: textAt(probed, 'at') } }, {}, {}],
    })
    expect(await revoke()).toMatchObject({
      status: 200,
      json: { revokedKeyIds: [{}, {}].map(() => expect.any(String)) },
    })
    receiver.answer = response => response.end('ok')
  })

  it('that are queued survive kill -9, and arrive when it starts again a day later', async () => {
    const { seed } = endpointOf('storno')
    receiver.answer = response => response.destroy()
    const published = await own(seed, 'POST', '/v1/events', { type: 'thing.happened', payload: 'once more' })
    expect(published.status).toBe(202)
    await run.kill()
    receiver.received.length = 0
    receiver.answer = response => response.end('ok')
    run = await startLocalRun({ dataDir: run.dataDir, buildDir: run.buildDir, preload: aDayAhead })
    await until(() => receiver.received.find(({ body }) => body.includes('once more')))
  })
})

describe('once the overlap has ended', () => {
  it.each(seedContracts.map(({ contract }) => contract.name))('%s: the current key alone signs', async name => {
    api = apiCaller(run.local.api)
    expect(await signers(endpointOf(name))).toEqual([2])
  })
})
