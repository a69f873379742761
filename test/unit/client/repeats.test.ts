import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { getEventListeners } from 'node:events'
import { clientOn } from '../../../src/client/client'
import type { ClientOptions, KeyturnClient } from '../../../src/client'
import { failureOf } from './failure-of'
import { faultyApi } from './faulty-api'
import { manualTimers, type ManualTimers } from './manual-timers'

let api: Awaited<ReturnType<typeof faultyApi>>
let timers: ManualTimers

beforeEach(async () => {
  api = await faultyApi()
  // Longer than any pause, shorter than the wait for a reply.
  timers = manualTimers(20_000)
})

afterEach(async () => {
  await api.close()
  expect(timers.open.size).toBe(0)
})

function client(options: Partial<ClientOptions> = {}): KeyturnClient {
  return clientOn(timers, { baseUrl: api.url, credential: api.token, ...options })
}

/** The pauses among the timers: the others are the limits of the call and of each reply. */
function pauses(): readonly number[] {
  return timers.asked.filter(milliseconds => milliseconds < 30_000)
}

function keysSeen(): readonly unknown[] {
  return api.seen.map(({ headers }) => headers['idempotency-key'])
}

describe('a rotation', () => {
  it.each(['lose the reply', 'halve the reply'] as const)(
    'whose reply is lost (%s) gives the one secret that it made, by a repeat with the same key',
    async fault => {
      api.fail(fault)
      const { signingSecret, version } = await client().rotate(api.id, { overlapSeconds: 3600 })
      expect(signingSecret).toMatch(/^whsec_/)
      expect(version).toBe(2)
      const [first, ...others] = keysSeen()
      expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
      expect(others).toEqual([first])
      expect((await client().secretState(api.id)).version).toBe(2)
    },
  )

  it('takes the caller’s key, and another client with the same key gets the same secret', async () => {
    const options = { idempotencyKey: 'rotate-2026-11' }
    const first = await client().rotate(api.id, {}, options)
    const second = await client().rotate(api.id, {}, options)
    expect(second).toEqual(first)
    expect(keysSeen()).toEqual(['rotate-2026-11', 'rotate-2026-11'])
  })

  it('makes a new key for each call', async () => {
    await client().rotate(api.id)
    await client().rotate(api.id)
    expect(new Set(keysSeen()).size).toBe(2)
  })

  it('that is never answered tells its key, with which the secret can be had later', async () => {
    api.fail('lose the reply', 'lose the reply')
    const error = await failureOf(client().rotate(api.id, {}, { repeats: 1 }))
    expect(error).toMatchObject({ code: 'network', status: null, idempotencyKey: keysSeen()[0] })
    const { version } = await client().rotate(api.id, {}, { idempotencyKey: error.idempotencyKey ?? '' })
    expect(version).toBe(2)
  })
})

describe('a request is sent again', () => {
  it.each([
    ['of a read', 'get'],
    ['of a setting', 'update'],
    ['of a key ring', 'rotate'],
    ['of a deletion', 'delete'],
    ['of an event with an id', 'publish'],
  ] as const)('after 429, 500, 502, 503 and 504, and when nothing comes: %s', async (_, name) => {
    const calls = {
      get: () => client({ repeats: 7 }).get(api.id),
      update: () => client({ repeats: 7 }).update(api.id, { name: 'New' }),
      rotate: () => client({ repeats: 7 }).rotate(api.id),
      delete: () => client({ repeats: 7 }).delete(api.id),
      publish: () => client({ repeats: 7 }).publish({ type: 'a.b', id: 'evt_1', payload: {} }),
    }
    api.fail(...[429, 500, 502, 503, 504].map(status => ({ status })), 'lose the request')
    await calls[name]()
    expect(api.seen).toHaveLength(7)
    expect(new Set(keysSeen()).size).toBe(1)
    expect(new Set(api.seen.map(({ body }) => body)).size).toBe(1)
  })

  it('at most four times, after pauses that double', async () => {
    const fault = { status: 503 }
    api.fail(fault, fault, fault, fault, fault)
    expect(await failureOf(client().get(api.id))).toMatchObject({ status: 503, code: 'unexpected-reply' })
    expect(api.seen).toHaveLength(5)
    expect(pauses()).toEqual([250, 500, 1000, 2000])
  })

  it('as often as the client, or the call, says', async () => {
    const fault = { status: 503 }
    api.fail(fault, fault, fault, fault)
    await failureOf(client({ repeats: 0 }).get(api.id))
    expect(api.seen).toHaveLength(1)
    await failureOf(client({ repeats: 0 }).get(api.id, { repeats: 2 }))
    expect(api.seen).toHaveLength(4)
  })

  it('not before Retry-After has passed', async () => {
    api.fail({ status: 503, headers: { 'retry-after': '7' } }, { status: 429, headers: { 'retry-after': '0' } })
    await client().get(api.id)
    expect(pauses()).toEqual([7000, 500])
  })

  it('not at all where Retry-After is longer than the call may take', async () => {
    api.fail({ status: 429, headers: { 'retry-after': '61' } })
    expect(await failureOf(client().get(api.id))).toMatchObject({ status: 429, retryAfterSeconds: 61 })
    api.fail({ status: 503, headers: { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' } })
    const { retryAfterSeconds } = await failureOf(client().get(api.id))
    expect(retryAfterSeconds).toBeGreaterThan(2_000_000_000)
    expect(api.seen).toHaveLength(2)
    expect(pauses()).toEqual([])
  })

  it('with a credential that is asked for anew', async () => {
    let asked = 0
    const credential = async () => {
      asked += 1
      return api.token
    }
    api.fail({ status: 503 })
    await client({ credential }).get(api.id)
    expect(asked).toBe(2)
  })
})

describe('a request is sent once', () => {
  it.each([
    ['of a test delivery', 'test'],
    ['of a probe', 'probe'],
    ['of an event without an id', 'publish'],
  ] as const)('whatever comes of it: %s', async (_, name) => {
    const calls = {
      test: () => client().test(api.id),
      probe: () => client().probe(api.id),
      publish: () => client().publish({ type: 'a.b', payload: {} }),
    }
    for (const fault of [
      'lose the reply',
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 500 },
    ] as const) {
      api.fail(fault)
      await failureOf(calls[name]())
    }
    expect(api.seen).toHaveLength(3)
  })

  it.each([400, 401, 403, 404, 409, 413, 422])('when the server refuses it with %i', async status => {
    api.fail({ status })
    expect((await failureOf(client().get(api.id))).status).toBe(status)
    expect(api.seen).toHaveLength(1)
  })
})

describe('a deletion', () => {
  it('whose reply is lost is done when its repeat finds nothing', async () => {
    api.fail('lose the reply')
    expect(await client().delete(api.id)).toBeUndefined()
    expect(api.seen).toHaveLength(2)
    expect(await failureOf(client().get(api.id))).toMatchObject({ code: 'not-found' })
  })

  it('of what is not there is refused, also after a reply that said to wait', async () => {
    expect(await failureOf(client().delete('ep_none'))).toMatchObject({ code: 'not-found', status: 404 })
    api.fail({ status: 429 })
    expect(await failureOf(client().delete('ep_none'))).toMatchObject({ code: 'not-found' })
  })
})

it('the end of a tenant’s credentials whose reply is lost is not told as the end of nothing', async () => {
  const platform = client({ credential: await api.platformToken() })
  const expiresAt = '2026-12-21T12:00:00.000Z'
  await platform.createApiKey({ name: 'CI', tenantIds: ['acme'], permissions: ['endpoints:read'], expiresAt })
  api.seen.length = 0
  api.fail('lose the reply')
  expect(await failureOf(platform.endCredentials('acme'))).toMatchObject({ code: 'network' })
  expect(api.seen).toHaveLength(1)
  expect(await platform.endCredentials('acme')).toEqual({ endedApiKeyIds: [], leftApiKeys: [] })
})

describe('time', () => {
  it('that passes without a reply loses it: a read is sent again', async () => {
    api.fail('hang')
    const hung = api.nextRequest()
    const reading = client().get(api.id)
    await hung
    timers.fire(30_000)
    expect(await reading).toMatchObject({ id: api.id })
    expect(api.seen).toHaveLength(2)
  })

  it('that is over for one reply is said: a probe is not sent again', async () => {
    api.fail('hang')
    const hung = api.nextRequest()
    const probing = failureOf(client({ replySeconds: 45 }).probe(api.id))
    await hung
    timers.fire(45_000)
    expect(await probing).toMatchObject({ code: 'timeout', detail: 'No reply came within 45 seconds.', status: null })
  })

  it('that is over for the whole call ends it', async () => {
    api.fail('hang')
    const hung = api.nextRequest()
    const reading = failureOf(client().get(api.id))
    await hung
    timers.fire(60_000)
    expect(await reading).toMatchObject({ code: 'timeout', detail: 'No reply came within 60 seconds.' })
    expect(api.seen).toHaveLength(1)
  })

  it('is over for a call also where fetch heeds no signal, and where no credential comes', async () => {
    const never = () => new Promise<never>(() => undefined)
    for (const options of [{ fetch: never }, { credential: never }]) {
      const reading = failureOf(client(options).get(api.id))
      await new Promise(setImmediate)
      timers.fire(60_000)
      expect(await reading).toMatchObject({ code: 'timeout' })
    }
  })

  it('of all pauses together is bounded by the call’s', async () => {
    const fault = { status: 503, headers: { 'retry-after': '15' } }
    api.fail(fault, fault, fault, fault)
    await failureOf(client({ timeoutSeconds: 40 }).get(api.id))
    expect(pauses()).toEqual([15_000, 15_000])
    expect(api.seen).toHaveLength(3)
  })
})

describe('the caller’s signal', () => {
  it('ends a wait for a reply at once', async () => {
    api.fail('hang')
    const hung = api.nextRequest()
    const controller = new AbortController()
    const rotating = failureOf(client().rotate(api.id, {}, { signal: controller.signal, idempotencyKey: 'key-1' }))
    await hung
    controller.abort()
    expect(await rotating).toMatchObject({ code: 'aborted', status: null, idempotencyKey: 'key-1' })
    expect(api.seen).toHaveLength(1)
  })

  it('ends a pause at once', async () => {
    timers = manualTimers()
    api.fail({ status: 503, headers: { 'retry-after': '9' } })
    const controller = new AbortController()
    const reading = failureOf(client().get(api.id, { signal: controller.signal }))
    while (!timers.asked.includes(9000)) await new Promise(setImmediate)
    controller.abort()
    expect(await reading).toMatchObject({ code: 'aborted' })
    expect(api.seen).toHaveLength(1)
  })

  it('that was given ended sends nothing', async () => {
    expect(await failureOf(client().rotate(api.id, {}, { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'aborted',
    })
    expect(api.seen).toHaveLength(0)
  })

  it('has no listener left when a call is over', async () => {
    const { signal } = new AbortController()
    await client().get(api.id, { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    api.fail({ status: 503 })
    await client().get(api.id, { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
