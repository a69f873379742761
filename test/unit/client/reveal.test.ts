import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { keyturnClient, type RotateBody } from '../../../src/client'
import { faultyApi } from './faulty-api'

// What the compiler says of each reply is held by `npm run check`: each wrong type below is an error of it.

let api: Awaited<ReturnType<typeof faultyApi>>

beforeAll(async () => {
  api = await faultyApi()
})

afterAll(async () => api.close())

function client() {
  return keyturnClient({ baseUrl: api.url, credential: api.token })
}

const now = { overlapSeconds: 0 } as const

it.each<[string, () => Promise<{ readonly signingSecret: string }>]>([
  ['no body', () => client().rotate(api.id)],
  ['an empty body', () => client().rotate(api.id, {})],
  ['a body that does not say it', () => client().rotate(api.id, { ...now, reason: 'quarterly' })],
  ['reveal: true', () => client().rotate(api.id, { ...now, reveal: true })],
])('a rotation with %s has a secret, which is a text to the compiler', async (_, rotate) => {
  await client().revokePrevious(api.id)
  const { signingSecret } = await rotate()
  expect(signingSecret.length).toBe(50)
})

it('a rotation with reveal: false has none, and the compiler knows that it may be absent', async () => {
  const reply = await client().rotate(api.id, { ...now, reveal: false })
  // @ts-expect-error: it may be undefined
  const text: string = reply.signingSecret
  expect([text, 'signingSecret' in reply, reply.state]).toEqual([undefined, false, 'signing'])
})

it('a rotation whose body is not known may have none', async () => {
  const body: RotateBody | undefined = JSON.parse('{"overlapSeconds":0,"reveal":false}')
  const { signingSecret } = await client().rotate(api.id, body)
  // @ts-expect-error: it may be undefined
  const text: string = signingSecret
  expect(text).toBeUndefined()
})

it('a body with a misspelt member is an error to the compiler, whether it reveals or not', () => {
  const never = (): unknown => [
    // @ts-expect-error: a typo in a member
    client().rotate(api.id, { overlapSecond: 0 }),
    // @ts-expect-error: a typo in a member
    client().rotate(api.id, { reveal: false, overlapSecond: 0 }),
  ]
  expect(never).toBeInstanceOf(Function)
})
