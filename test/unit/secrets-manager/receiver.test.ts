import { describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { receiverServer } from '../../../examples/receiver/node'
import { receiver } from '../../../examples/receiver/receiver'
import { LocalFunction } from '../../../local/local-functions'
import { buildFunctions, buildWorkerRuntime, endBuilder } from '../../../scripts/bundle'
import type { MirroredSecretsOptions } from '../../../src/secrets-manager'
import { sign } from '../../../src/verify'
import { closeAfterEach } from '../aws/close-after-each'
import { body, documentOf, type Harness, NOON, secretId, secretText, startHarness } from './harness'

const closing = closeAfterEach()

interface Posting {
  readonly accepted: string[]
  /** The codes of what was answered 503. */
  readonly put503: unknown[]
  readonly post: (content: string, headers: Record<string, string>) => Promise<Response>
  close(): Promise<void>
}

/** The example for Node, in front of the harness's Secrets Manager. */
async function startReceiver(harness: Harness, options: Partial<MirroredSecretsOptions> = {}): Promise<Posting> {
  const accepted: string[] = []
  const put503: unknown[] = []
  const onTryAgain = (error: unknown): void => void put503.push((error as { readonly code?: string }).code)
  const secrets = harness.open({ now: () => new Date(), ...options })
  const accept = async (content: Uint8Array): Promise<void> => void accepted.push(Buffer.from(content).toString())
  const server = receiverServer(receiver({ secrets, accept, onTryAgain }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  return {
    accepted,
    put503,
    post: (content, headers) => fetch(url, { method: 'POST', headers, body: content }),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function signed(n: number): Record<string, string> {
  return sign(body, secretText(n), { id: 'msg_1' })
}

describe('the example receiver', () => {
  it('204 for a genuine delivery, 401 for one without a signature, 503 for one that no live secret signed', async () => {
    const harness = closing(await startHarness())
    await harness.create(documentOf({ n: 1 }))
    const { accepted, put503, post } = closing(await startReceiver(harness))
    expect((await post(body, signed(1))).status).toBe(204)
    expect((await post(body, {})).status).toBe(401)
    expect((await post(`${body} `, signed(1))).status).toBe(503)
    const forged = await post(body, signed(9))
    expect([forged.status, forged.headers.get('retry-after')]).toEqual([503, '1'])
    expect(accepted).toEqual([body])
    expect(put503).toEqual(['no-matching-signature', 'no-matching-signature'])
  })

  it('503 until the secret can be read, then 204 for the same delivery', async () => {
    const harness = closing(await startHarness())
    const { post } = closing(await startReceiver(harness))
    const delivery = signed(1)
    expect((await post(body, delivery)).status).toBe(503)
    await harness.create(documentOf({ n: 1 }))
    await new Promise(resolve => setTimeout(resolve, 1000))
    expect((await post(body, delivery)).status).toBe(204)
  })

  it.each([
    ['every secret has expired', documentOf({ n: 1, expiresAt: NOON.toISOString() })],
    ['the secret is empty', 'whsec_'],
    ['the secret is not in its format', 'whsec_@'],
  ])('503 when %s, so that the sender tries again', async (_what, text) => {
    const harness = closing(await startHarness())
    await harness.create(text)
    const { post } = closing(await startReceiver(harness))
    expect((await post(body, signed(1))).status).toBe(503)
  })

  it.each(['whsec_not base64!', 'whsec_', `${secretText(2)}\n`, '{"oops":1}'])(
    '204 for every genuine delivery after a forged one, while AWSPENDING is %j',
    async text => {
      const harness = closing(await startHarness())
      await harness.create(documentOf({ n: 1 }))
      const watched = { maxAgeSeconds: 0.2, mismatchIntervalSeconds: 0 }
      const { put503, post } = closing(await startReceiver(harness, watched))
      await harness.put(text, 'AWSPENDING')
      expect((await post(body, signed(1))).status).toBe(204)
      expect((await post(body, signed(9))).status).toBe(503)
      for (const end = Date.now() + 700; Date.now() < end;) expect((await post(body, signed(1))).status).toBe(204)
      expect(put503).toEqual(['no-matching-signature'])
      expect(harness.errors.length).toBeGreaterThan(0)
      await harness.put(documentOf({ n: 3 }), 'AWSPENDING')
      expect((await post(body, signed(3))).status).toBe(204)
    },
  )

  it('503 and its reason where AWSCURRENT alone is there and malformed, until it is mended', async () => {
    const harness = closing(await startHarness())
    await harness.create('PLACEHOLDER')
    const { put503, post } = closing(await startReceiver(harness, { mismatchIntervalSeconds: 0 }))
    expect((await post(body, signed(1))).status).toBe(503)
    expect(put503).toEqual(['malformed-secret'])
    await harness.put(secretText(1), 'AWSCURRENT')
    expect((await post(body, signed(1))).status).toBe(204)
  })

  it('413 above 1 MiB', async () => {
    const harness = closing(await startHarness())
    const { post } = closing(await startReceiver(harness))
    expect((await post('x'.repeat(1024 * 1024 + 1), {})).status).toBe(413)
  })

  it('answers the same as a Lambda function, out of its bundle', async () => {
    const harness = closing(await startHarness())
    await harness.create(documentOf({ n: 1 }))
    const lambda = closing(await startLambda(harness.url))
    const event = (content: string, headers: object): object => {
      return { body: Buffer.from(content).toString('base64'), isBase64Encoded: true, headers }
    }
    expect(await lambda.invoke(event(body, signed(1)))).toMatchObject({ statusCode: 204 })
    expect(await lambda.invoke(event(body, {}))).toMatchObject({ statusCode: 401 })
    expect(await lambda.invoke(event(body, signed(9)))).toMatchObject({ statusCode: 503 })
    expect(lambda.logged()).toContain('no-matching-signature')
  })

  it('takes null headers and multi-value events as a Lambda function', async () => {
    const harness = closing(await startHarness())
    await harness.create(documentOf({ n: 1 }))
    const lambda = closing(await startLambda(harness.url))
    const several = Object.fromEntries(Object.entries(signed(1)).map(([name, value]) => [name, [value]]))
    const event = { body, isBase64Encoded: false }
    for (const none of [{ headers: null }, {}, { headers: null, multiValueHeaders: null }]) {
      expect(await lambda.invoke({ ...event, ...none })).toMatchObject({ statusCode: 401 })
    }
    expect(await lambda.invoke({ ...event, body: null, headers: null })).toMatchObject({ statusCode: 401 })
    expect(await lambda.invoke({ ...event, multiValueHeaders: several })).toMatchObject({ statusCode: 204 })
    const rest = { ...event, headers: signed(1), multiValueHeaders: { ...several, 'webhook-id': ['msg_1', 'msg_2'] } }
    expect(await lambda.invoke(rest)).toMatchObject({ statusCode: 401 })
    const forged = { 'webhook-signature': [signed(9)['webhook-signature']] }
    expect(await lambda.invoke({ ...event, multiValueHeaders: { ...several, ...forged } })).toMatchObject({
      statusCode: 503,
      multiValueHeaders: { 'retry-after': ['1'] },
    })
  })
})

interface RunningLambda {
  invoke(event: object): Promise<unknown>
  logged(): string
  close(): Promise<void>
}

async function startLambda(aws: string): Promise<RunningLambda> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-receiver-'))
  const runtime = await buildWorkerRuntime(folder)
  await buildFunctions(folder, { receiver: 'examples/receiver/lambda.ts' })
  await endBuilder()
  const environment = {
    SECRET_ID: secretId,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: aws,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
  const bundle = join(folder, 'receiver/index.js')
  const log = new PassThrough()
  const lines: string[] = []
  log.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
  const lambda = new LocalFunction({ runtime, bundle, environment, log, timeoutSeconds: 10 })
  return {
    invoke: event => lambda.invoke(event),
    logged: () => lines.join(''),
    close: async () => {
      await lambda.kill()
      await rm(folder, { recursive: true })
    },
  }
}
