import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as verifier from '../../../../src/verify'
import * as schemes from '../../../../src/verify/schemes'
import { startWorkerd, type Workerd } from '../../../support/workerd'
import { FOREIGN, NEW, NOON, OLD } from '../secrets'
import { published } from '../vectors'
import { bundleWorker } from './bundle-worker'
import { type Delivery, workerClient } from './worker-client'
import { readySchemes, type SchemeName } from './worker/ready-schemes'

const ready = readySchemes(verifier)
// The names are those that the object has.
const names = Object.keys(ready) as readonly SchemeName[]
const BODY = '{"type":"invoice.paid","name":"Zoë 🦊"}'
const now = NOON.toISOString()
const message = { id: 'msg_1', tenant: 'org_7' }

/** What a Worker needs today, and what one needs that was never updated: Node's modules without a global `Buffer`. */
const current = { compatibilityDate: '2026-11-17', compatibilityFlags: [] }
const early = { compatibilityDate: '2023-03-01', compatibilityFlags: ['nodejs_compat'] }
const workers = [
  { name: 'an ES module, current', module: 'worker.mjs', ...current },
  { name: 'an ES module, early', module: 'worker.mjs', ...early },
  { name: 'a CommonJS module, early', module: 'worker.cjs', ...early },
]

let folder: string
let workerd: Workerd

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-workers-'))
  await bundleWorker(folder)
  workerd = await startWorkerd(folder, workers)
})

afterAll(async () => expect(await workerd.stop()).toBe(''))
afterAll(async () => rm(folder, { recursive: true }))

it('covers every scheme that is ready', () => {
  expect(names.toSorted()).toEqual(Object.keys(schemes).toSorted())
})

describe.each(workers.map(({ name }, index) => [name, index] as const))('in workerd, as %s', (_name, index) => {
  const worker = () => workerClient(workerd.urls[index] ?? '')

  describe.each(names)('%s', scheme => {
    const live = { scheme, now, secrets: [NEW, OLD] }
    const signed = (secrets: readonly string[] = [NEW], seconds = 0): Delivery => {
      const at = new Date(NOON.getTime() + seconds * 1000)
      return { body: BODY, headers: verifier.sign(BODY, secrets, { scheme: ready[scheme], now: at, ...message }) }
    }

    it.each([
      ['the old key', [OLD]],
      ['the new key', [NEW]],
      ['both keys', [NEW, OLD]],
    ])('accepts what was signed in Node with %s', async (_what, signers) => {
      expect(await worker().refusal(live, signed(signers))).toBeUndefined()
    })

    it('refuses another body, and another key', async () => {
      const { headers } = signed()
      expect(await worker().refusal(live, { body: `${BODY} `, headers })).toBe('no-matching-signature')
      expect(await worker().refusal(live, signed([FOREIGN]))).toBe('no-matching-signature')
    })

    it('refuses a delivery without one of its headers', async () => {
      const { headers } = signed()
      const weaker: readonly string[] = ready[scheme].weaker?.header ?? []
      for (const name of Object.keys(headers).filter(header => !weaker.includes(header))) {
        const { [name]: _dropped, ...others } = headers
        expect(await worker().refusal(live, { body: BODY, headers: others })).toBe('missing-header')
      }
    })

    it('refuses a stale timestamp, where the scheme has one', async () => {
      const expected = scheme === 'bodyHex' ? undefined : 'stale-timestamp'
      expect(await worker().refusal(live, signed([NEW], -300))).toBeUndefined()
      expect(await worker().refusal(live, signed([NEW], -301))).toBe(expected)
      expect(await worker().refusal(live, signed([NEW], 301))).toBe(expected)
    })

    it('refuses an empty secret, and none, but goes on with the others', async () => {
      for (const secrets of [[], [''], ['', ' ']]) {
        expect(await worker().refusal({ ...live, secrets }, signed())).toBe('empty-secret')
      }
      expect(await worker().refusal({ ...live, secrets: ['', NEW] }, signed())).toBeUndefined()
    })

    it('signs as in Node', async () => {
      const { headers } = signed([NEW, OLD])
      expect(await worker().signed({ ...live, ...message }, BODY)).toEqual({ kind: 'signed', headers })
    })
  })

  const live = { scheme: 'standardWebhooks', secrets: [NEW, OLD] } as const

  it.each(published)('verifies: $source', async ({ scheme, secret, seconds, body, headers }) => {
    const task = { scheme, secrets: [secret], now: new Date(seconds * 1000).toISOString() }
    expect(await worker().refusal(task, { body, headers })).toBeUndefined()
    expect(await worker().refusal(task, { body: `${body} `, headers })).toBe('no-matching-signature')
  })

  it("takes the Worker's clock where no time is given", async () => {
    const headers = verifier.sign(BODY, NEW, { id: 'msg_1' })
    expect(await worker().refusal(live, { body: BODY, headers })).toBeUndefined()
    const late = verifier.sign(BODY, NEW, { id: 'msg_1', now: new Date(Date.now() - 310_000) })
    expect(await worker().refusal(live, { body: BODY, headers: late })).toBe('stale-timestamp')
  })

  it('refuses a timestamp that is not one', async () => {
    const headers = { ...verifier.sign(BODY, NEW, { id: 'msg_1' }), 'webhook-timestamp': '1e9' }
    expect(await worker().refusal(live, { body: BODY, headers })).toBe('bad-timestamp')
  })

  it('takes the body as text, and the headers as a record', async () => {
    const delivery = { body: BODY, headers: verifier.sign(BODY, NEW, { id: 'msg_1' }) }
    const task = { ...live, body: 'text', headers: 'record' } as const
    expect(await worker().refusal(task, delivery)).toBeUndefined()
    expect(await worker().refusal(task, { ...delivery, body: `${BODY} ` })).toBe('no-matching-signature')
  })

  it('tells bytes apart that are not UTF-8', async () => {
    const headers = verifier.sign(Buffer.from([0x22, 0xff, 0x22]), NEW, { id: 'msg_1' })
    expect(await worker().refusal(live, { body: Buffer.from([0x22, 0xff, 0x22]), headers })).toBeUndefined()
    expect(await worker().refusal(live, { body: Buffer.from([0x22, 0xfe, 0x22]), headers })).toBe(
      'no-matching-signature',
    )
  })

  it('throws what is not a refusal when a secret is not in its format', async () => {
    const delivery = { body: BODY, headers: verifier.sign(BODY, NEW, { id: 'msg_1' }) }
    await expect(worker().refusal({ ...live, secrets: ['whsec_no base64'] }, delivery)).rejects.toThrow(
      'FaultySecretError: secret 1 is not in its format',
    )
  })
})

describe('without nodejs_compat', () => {
  const before = { compatibilityDate: '2026-08-03', compatibilityFlags: [] }
  const off = { ...current, compatibilityFlags: ['no_nodejs_compat', 'no_nodejs_compat_v2'] }

  it.each([
    ['before it became the default', 'worker.mjs', before],
    ['before it became the default', 'worker.cjs', before],
    ['where it is switched off', 'worker.mjs', off],
    ['where it is switched off', 'worker.cjs', off],
  ])('does not start, for want of node:crypto: %s, %s', async (_when, module, settings) => {
    await expect(startWorkerd(folder, [{ module, ...settings }])).rejects.toThrow(
      /No such module "node:crypto"|Module not found: node:crypto/,
    )
  })

  it('starts on the first date on which it is the default', async () => {
    const started = await startWorkerd(folder, [
      { module: 'worker.mjs', compatibilityDate: '2026-08-04', compatibilityFlags: [] },
    ])
    expect(await started.stop()).toBe('')
  })
})
