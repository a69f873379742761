import { CreateSecretCommand, PutSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, describe, expect, it } from '@jest/globals'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { exam } from '../../cli/exam/exam'
import { localClientOptions } from '../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../local/aws-server/server'
import { secretsManagerClient } from '../../src/aws/clients'
import { sign } from '../../src/verify'
import { closeAfterEach } from '../unit/aws/close-after-each'

// The example receivers in other languages, with Standard Webhooks' own libraries, in front of a real document. Where a
// language or its library is not on the machine, its tests are skipped, and a line says what is missing.

const examples = resolve(__dirname, '../../examples')
const folder = mkdtempSync(join(tmpdir(), 'keyturn-receivers-'))
const secretId = 'keyturn/test/org_1/ep_1'
const body = '{"type":"invoice.paid"}'
const closing = closeAfterEach()

afterAll(() => rmSync(folder, { recursive: true }))

/** How a receiver is started, or what it lacks here. */
type Runnable = { readonly command: readonly string[] } | { readonly missing: string }

function python(): Runnable {
  const found = spawnSync('python3', ['-c', 'import boto3, standardwebhooks'], { encoding: 'utf8' })
  if (found.error !== undefined) return { missing: 'there is no python3' }
  const [, name] = /No module named '(\w+)'/.exec(found.stderr) ?? []
  if (found.status !== 0) return { missing: `python3 has no ${name ?? 'boto3 or standardwebhooks'}` }
  return { command: ['python3', join(examples, 'receiver-python/receiver.py')] }
}

/** Built in a copy: go.sum is written there. */
function go(): Runnable {
  if (spawnSync('go', ['version']).error !== undefined) return { missing: 'there is no go' }
  const source = join(folder, 'receiver-go')
  cpSync(join(examples, 'receiver-go'), source, { recursive: true })
  const env = { ...process.env, GOFLAGS: process.env.GOFLAGS ?? '-mod=mod' }
  const built = spawnSync('go', ['build', '-o', 'receiver', '.'], { cwd: source, env, encoding: 'utf8' })
  if (built.status === 0) return { command: [join(source, 'receiver')] }
  const isUnreachable =
    /no such host|dial tcp|cannot find module|i\/o timeout|disabled by GOPROXY|toolchain not available/.test(
      built.stderr,
    )
  if (isUnreachable) return { missing: 'go cannot fetch standardwebhooks and the AWS SDK' }
  throw new Error(`the receiver in Go does not build:\n${built.stderr}`)
}

function secretOf(n: number): string {
  return `whsec_${Buffer.alloc(32, n).toString('base64')}`
}

interface DocumentKey {
  readonly n: number
  readonly expiresAt?: string | null
}

function documentOf(...keys: readonly DocumentKey[]): string {
  const all = keys.map(({ n, expiresAt = null }) => {
    return { id: `key_${n}`, secret: secretOf(n), createdAt: '2026-11-21T12:00:00.000Z', expiresAt }
  })
  const whose = { endpointId: 'ep_1', tenantId: 'org_1', version: all.length }
  return JSON.stringify({ ...whose, signingSecret: all[0]?.secret, keys: all })
}

const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
const ago = new Date(Date.now() - 1000).toISOString()

/** Four live keys, and one that has ended. */
const document = documentOf({ n: 3 }, { n: 4 }, { n: 2, expiresAt: inAnHour }, { n: 1, expiresAt: ago }, { n: 5 })

interface Bed {
  readonly aws: AwsServer
  /** The status for a delivery that these keys sign. */
  deliver(keys: readonly number[], change?: Change): Promise<number>
  readonly url: string
  create(text: string): Promise<void>
  put(text: string): Promise<void>
  close(): Promise<void>
}

interface Change {
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

async function start(command: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Bed> {
  const aws = await startAwsServer({ dataDir: null, port: 0 })
  const client: SecretsManagerClient = secretsManagerClient(localClientOptions(aws.url))
  const { child, port } = await startReceiver(command, {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_MAX_ATTEMPTS: '1',
    SECRET_ID: secretId,
    PORT: '0',
    ...environment,
  })
  const url = `http://127.0.0.1:${port}/hooks`
  return {
    aws,
    url,
    deliver: async (keys, change = {}) => {
      const signed = sign(body, keys.map(secretOf), { id: 'msg_1' })
      const headers = { ...signed, 'content-type': 'application/json', ...change.headers }
      return (await fetch(url, { method: 'POST', headers, body: change.body ?? body })).status
    },
    create: async text => {
      const made = { Name: secretId, SecretString: text, ClientRequestToken: randomUUID() }
      await client.send(new CreateSecretCommand(made))
    },
    put: async text => {
      const made = { SecretId: secretId, SecretString: text, ClientRequestToken: randomUUID() }
      await client.send(new PutSecretValueCommand(made))
    },
    close: async () => {
      client.destroy()
      const ended = once(child, 'close')
      child.kill()
      await ended
      await aws.close()
    },
  }
}

async function startReceiver(
  [file = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly child: ChildProcess; readonly port: string }> {
  const child = spawn(file, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  while (child.exitCode === null) {
    const [, port] = /listening on port (\d+)/.exec(output) ?? []
    if (port !== undefined) return { child, port }
    await wait(20)
  }
  throw new Error(`the receiver ended:\n${output}`)
}

for (const [language, runnable] of [
  ['Python', python()],
  ['Go', go()],
] as const) {
  if ('missing' in runnable) {
    process.stderr.write(`The receiver in ${language} is not run: ${runnable.missing}.\n`)
    describe(`the receiver in ${language}`, () => {
      // oxlint-disable-next-line jest/no-disabled-tests -- Its name says what is missing.
      it.skip(`is not run here: ${runnable.missing}`, () => undefined)
    })
  } else describeReceiver(language, runnable.command)
}

function describeReceiver(language: string, command: readonly string[]): void {
  describe(`the receiver in ${language}`, () => {
    it('204 for every unexpired key of the document, 401 for the ended one and for any other', async () => {
      const bed = closing(await start(command))
      await bed.create(document)
      for (const n of [3, 4, 2, 5]) expect([n, await bed.deliver([n])]).toEqual([n, 204])
      expect(await bed.deliver([9, 2])).toBe(204)
      for (const n of [1, 9]) expect([n, await bed.deliver([n])]).toEqual([n, 401])
    })

    it.each<[string, Change]>([
      ['another body', { body: '{"type": "invoice.paid"}' }],
      ['another id', { headers: { 'webhook-id': 'msg_2' } }],
      ['no signature', { headers: { 'webhook-signature': '' } }],
      ['a signature that is none', { headers: { 'webhook-signature': 'junk v1 v1, ,' } }],
      ['a time that is none', { headers: { 'webhook-timestamp': 'noon' } }],
      ['a time that is long over', { headers: { 'webhook-timestamp': '1700000000' } }],
    ])('401 for %s', async (_, change) => {
      const bed = closing(await start(command))
      await bed.create(document)
      expect(await bed.deliver([3], change)).toBe(401)
    })

    it('204 for a key that was made since it read the document: it reads again when none matched', async () => {
      const bed = closing(await start(command))
      await bed.create(documentOf({ n: 1 }))
      expect(await bed.deliver([1])).toBe(204)
      await bed.put(documentOf({ n: 2 }, { n: 1, expiresAt: inAnHour }))
      expect(await bed.deliver([2])).toBe(204)
      expect(await bed.deliver([1])).toBe(204)
    })

    it('204 out of its cache while Secrets Manager is down, and 401 for a forged delivery within the interval', async () => {
      const bed = closing(await start(command, { MISMATCH_INTERVAL_SECONDS: '3600' }))
      await bed.create(document)
      expect([await bed.deliver([3]), await bed.deliver([9])]).toEqual([204, 401])
      await bed.aws.close()
      expect([await bed.deliver([3]), await bed.deliver([9])]).toEqual([204, 401])
    })

    it('401 for a revoked key once the cache has its age, though nothing else was read', async () => {
      const bed = closing(await start(command, { MAX_AGE_SECONDS: '1' }))
      await bed.create(documentOf({ n: 2 }, { n: 1, expiresAt: inAnHour }))
      expect(await bed.deliver([1])).toBe(204)
      await bed.put(documentOf({ n: 2 }))
      while ((await bed.deliver([1])) === 204) await wait(50)
      expect([await bed.deliver([1]), await bed.deliver([2])]).toEqual([401, 204])
    })

    it('503 until there is a document with a live key, then 204 for the same delivery', async () => {
      const bed = closing(await start(command, { MISMATCH_INTERVAL_SECONDS: '0' }))
      expect(await bed.deliver([1])).toBe(503)
      await bed.create(documentOf({ n: 1, expiresAt: ago }))
      expect(await bed.deliver([1])).toBe(503)
      await bed.put(documentOf({ n: 1 }))
      while ((await bed.deliver([1])) === 503) await wait(50)
      expect(await bed.deliver([1])).toBe(204)
    })

    it('204 with the one secret where the value is no document, as before the first rotation by the hook', async () => {
      const bed = closing(await start(command))
      await bed.create(secretOf(7))
      expect([await bed.deliver([7]), await bed.deliver([8])]).toEqual([204, 401])
    })

    it('is right in every row of the exam', async () => {
      const bed = closing(await start(command))
      await bed.create(document)
      const secrets = join(folder, `${language}.json`)
      writeFileSync(secrets, document)
      const { json, exitCode } = await exam({
        options: { scheme: 'standard-webhooks', secrets },
        args: [bed.url],
        say: () => undefined,
      })
      const { rows } = json as { readonly rows: readonly { readonly id: string; readonly verdict: string }[] }
      expect(rows.filter(({ verdict }) => verdict === 'wrong')).toEqual([])
      expect({ exitCode, enough: rows.length > 20 }).toEqual({ exitCode: 0, enough: true })
    })
  })
}
