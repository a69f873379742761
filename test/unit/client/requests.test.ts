import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  type CallOptions,
  type ClientOptions,
  type KeyedCallOptions,
  type KeyturnClient,
  keyturnClient,
} from '../../../src/client'
import { version } from '../../../src/client/operations'
import { faultyApi } from './faulty-api'

let api: Awaited<ReturnType<typeof faultyApi>>

beforeAll(async () => {
  api = await faultyApi()
})

beforeEach(() => void api.seen.splice(0))

afterAll(async () => api.close())

function client(options: Partial<ClientOptions> = {}): KeyturnClient {
  return keyturnClient({ baseUrl: api.url, credential: api.token, ...options })
}

describe('a request', () => {
  it('names tenant, credential and client, and says JSON only where it has a body', async () => {
    const { tenantId } = await client().get(api.id)
    await client({ tenantId }).update(api.id, { name: 'A' })
    const [first, second] = api.seen.map(({ headers }) => headers)
    expect(first).toMatchObject({ authorization: `Bearer ${api.token}`, 'user-agent': `keyturn-client/${version}` })
    expect(first).not.toHaveProperty('keyturn-tenant')
    expect(first).not.toHaveProperty('content-type')
    expect(second).toMatchObject({ 'keyturn-tenant': tenantId, 'content-type': 'application/json' })
    expect(second).not.toHaveProperty('idempotency-key')
  })

  it('is for the tenant of the call before that of the client', async () => {
    const { tenantId } = await client().get(api.id)
    expect(await client({ tenantId: 'other' }).get(api.id, { tenantId })).toMatchObject({ id: api.id })
  })

  it('for the health takes no credential and no tenant along', async () => {
    expect(await client({ tenantId: 'acme' }).health()).toMatchObject({ status: 'ok' })
    expect(api.seen[0]?.headers).not.toHaveProperty('authorization')
    expect(api.seen[0]?.headers).not.toHaveProperty('keyturn-tenant')
  })

  it('goes below the base path of the URL', async () => {
    api.fail({ status: 200, body: '{"data":[],"nextCursor":null}' })
    await client({ baseUrl: `${api.url}/hooks//` }).list({ limit: 2, cursor: 'a+b/c=&d' })
    expect(api.seen[0]?.path).toBe('/hooks/v1/endpoints?limit=2&cursor=a%2Bb%2Fc%3D%26d')
  })

  it('names an id as one segment of the path', async () => {
    api.fail({ status: 200, body: '{}' })
    await client().get('a/b?c#d')
    expect(api.seen[0]?.path).toBe('/v1/endpoints/a%2Fb%3Fc%23d')
  })

  it('says who sends it as the caller wants', async () => {
    await client({ userAgent: 'acme-rotator/2' }).health()
    expect(api.seen[0]?.headers['user-agent']).toBe('acme-rotator/2')
  })

  it.each(['', '.', '..', null, 7])('is not made of %j as an id', async id => {
    await expect(client().get(id as string)).rejects.toThrow(
      new TypeError('id must be a text that is not empty: the id as Keyturn gave it'),
    )
    expect(api.seen).toHaveLength(0)
  })
})

describe('an option', () => {
  it.each<[Partial<Record<keyof ClientOptions, unknown>>, string]>([
    [{ baseUrl: 'api.example.com' }, 'baseUrl must be'],
    [{ baseUrl: 'ftp://api.example.com' }, 'baseUrl must be'],
    [{ baseUrl: 'https://me:secret@api.example.com' }, 'baseUrl must be'],
    [{ baseUrl: 'https://api.example.com/?a=b' }, 'baseUrl must be'],
    [{ baseUrl: 'https://api.example.com/#a' }, 'baseUrl must be'],
    [{ baseUrl: undefined }, 'baseUrl must be'],
    [{ credential: '' }, 'credential must be'],
    [{ credential: 'kt_secret\n' }, 'credential must be'],
    [{ credential: undefined }, 'credential must be'],
    [{ tenantId: 'a b' }, 'tenantId must be'],
    [{ fetch: 'no' }, 'fetch must be'],
    [{ timeoutSeconds: 0 }, 'timeoutSeconds must be'],
    [{ timeoutSeconds: Number.NaN }, 'timeoutSeconds must be'],
    [{ replySeconds: 86_401 }, 'replySeconds must be'],
    [{ repeats: -1 }, 'repeats must be'],
    [{ repeats: 1.5 }, 'repeats must be'],
    [{ userAgent: 'a\r\nb: c' }, 'userAgent must be'],
  ])('that is %j is refused', (options, message) => {
    const given = { baseUrl: api.url, credential: 'kt_x', ...options } as ClientOptions
    const error = thrownBy(() => keyturnClient(given))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(message)
    expect(String(error)).not.toContain('secret')
  })

  it('of one call is refused alike, and nothing is sent', async () => {
    for (const idempotencyKey of ['', 'a b', 'ü', 'x'.repeat(256)]) {
      await expect(client().rotate(api.id, {}, { idempotencyKey })).rejects.toThrow(/^idempotencyKey must be 1 to 255/)
    }
    await expect(client().get(api.id, { tenantId: 'a b' })).rejects.toThrow(TypeError)
    await expect(client().get(api.id, { repeats: -1 })).rejects.toThrow(TypeError)
    await expect(client({ credential: () => 'kt_secret\n' }).get(api.id)).rejects.toThrow(
      /^credential must be an API key/,
    )
    expect(api.seen).toHaveLength(0)
  })

  it('that there is not is refused with its name and what there is', async () => {
    const ofCall = 'there are signal, tenantId, timeoutSeconds, repeats'
    const given = { baseUrl: api.url, credential: 'kt_secret', nope: 1 }
    expect(() => keyturnClient(given)).toThrow(
      new TypeError(
        'keyturnClient takes no option nope: there are baseUrl, credential, tenantId, fetch, timeoutSeconds, replySeconds, repeats, userAgent',
      ),
    )
    const misspelt = { idempotencykey: 'mine' } as KeyedCallOptions
    await expect(client().rotate(api.id, {}, misspelt)).rejects.toThrow(
      new TypeError(`this call takes no option idempotencykey: ${ofCall}, idempotencyKey`),
    )
    const keyed: KeyedCallOptions = { idempotencyKey: 'mine' }
    for (const [name, options] of Object.entries({
      idempotencyKey: keyed,
      repeat: { repeat: 1 },
      toString: { toString: 1 },
    })) {
      await expect(client().get(api.id, options as unknown as CallOptions)).rejects.toThrow(
        new TypeError(`this call takes no option ${name}: ${ofCall}`),
      )
    }
    await expect(
      client()
        .listAll({}, { repeat: 1 } as CallOptions)
        .next(),
    ).rejects.toThrow('takes no option repeat:')
    expect(api.seen).toHaveLength(0)
  })

  it.each([null, 'kt_secret', 7])('is refused where options are %j', async options => {
    const message = /^options of (?:keyturnClient|this call) must be an object$/
    expect(() => keyturnClient(options as never)).toThrow(message)
    await expect(client().get(api.id, options as never)).rejects.toThrow(message)
    await expect(client().rotate(api.id, {}, options as never)).rejects.toThrow(message)
  })

  it.each([null, 7, {}])('is refused where the signal is %j', async signal => {
    await expect(client().get(api.id, { signal: signal as never })).rejects.toThrow(
      new TypeError('signal must be an AbortSignal'),
    )
  })

  it('that throws, throws its own error to the caller', async () => {
    const credential = async () => Promise.reject(new RangeError('no session'))
    await expect(client({ credential }).get(api.id)).rejects.toThrow(new RangeError('no session'))
  })
})

function thrownBy(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

describe('a list', () => {
  it('gives each item, and reads a page when its first item is asked for', async () => {
    const made = [api.id]
    for (const name of ['B', 'C', 'D', 'E']) {
      const { endpoint } = await client().create({ url: 'https://receiver.example/hooks', name })
      made.push(endpoint.id)
    }
    api.seen.length = 0
    const items = client().listAll({ limit: 2 })
    expect(api.seen).toHaveLength(0)
    const ids: string[] = []
    const pages: number[] = []
    for await (const { id } of items) {
      ids.push(id)
      pages.push(api.seen.length)
    }
    expect(ids.toSorted()).toEqual(made.toSorted())
    expect(pages).toEqual([1, 1, 2, 2, 3])
  })

  it('goes on from a cursor, and ends where the caller leaves it', async () => {
    const { data, nextCursor } = await client().list({ limit: 2 })
    api.seen.length = 0
    for await (const endpoint of client().listAll({ limit: 1, cursor: nextCursor ?? '' })) {
      expect(data.map(({ id }) => id)).not.toContain(endpoint.id)
      break
    }
    expect(api.seen).toHaveLength(1)
  })
})
