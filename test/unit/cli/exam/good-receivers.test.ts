import { verify as verifyAsGithub } from '@octokit/webhooks-methods'
import { afterEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import StripeSdk from 'stripe'
import { Webhook as SvixWebhook } from 'svix'
import { receiver as exampleReceiver } from '../../../../examples/receiver/receiver'
import type { ExamOptions } from '../../../../cli/exam/exam'
import { sampleTenantId } from '../../../../local/own-contracts'
import { allContracts, hookContracts } from '../../../../src/contracts/all'
import { newText } from '../../../../src/contracts/secret-text'
import { schemeOf } from '../../../../src/contracts/secret-key'
import { type Scheme, verify, WebhookVerificationError } from '../../../../src/verify'
import { closeAfterEach } from '../../aws/close-after-each'
import { allMadeUp } from '../../contracts/made-up/all-made-up'
import { startHarness } from '../../secrets-manager/harness'
import { type Arrived, examine, type Receiver, type Reply, serve, stopServers } from './bed'
import { documentOf, liveSecrets, otherSecret, ringOf, ringOfContract, standardRing, type TestKey } from './keys'

// Receivers that are as they should be, by the libraries that people take. An exam that found fault with one would be
// believed nowhere.

const closing = closeAfterEach()
afterEach(stopServers)

const accepted = { status: 204 }
const refused = { status: 401 }

/** What libraries take for the headers. */
function headersOf({ request }: Arrived): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
}

/** Accepts what one of the live keys verifies. */
function accepting(keys: readonly TestKey[], verifies: (arrived: Arrived, secret: string) => unknown): Receiver {
  return async arrived => {
    for (const secret of liveSecrets(keys)) {
      try {
        if ((await verifies(arrived, secret)) !== false) return accepted
      } catch {
        continue
      }
    }
    return refused
  }
}

/** As docs/verify.md says. */
function byOurs(scheme: Scheme, secrets: readonly string[], url: () => string): Receiver {
  return ({ body, request }): Reply => {
    try {
      verify(body, request.headers, secrets, { scheme, url: url() })
      return accepted
    } catch (error) {
      return error instanceof WebhookVerificationError && error.code !== 'empty-secret' ? refused : { status: 503 }
    }
  }
}

async function withOther<Result>(secret: string, work: (otherSecrets: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-exam-'))
  try {
    const file = join(folder, 'other')
    writeFileSync(file, secret)
    return await work(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const textRing = ringOf(['newest-secret-of-16', 'older-secret-of-16', 'ended-secret-of-16'])
const { webhooks } = StripeSdk

describe('no fault is found with a receiver', () => {
  it.each<[string, ExamOptions, readonly TestKey[], Receiver, readonly string[]]>([
    [
      'by standardwebhooks',
      { scheme: 'standard-webhooks' },
      standardRing,
      accepting(standardRing, (arrived, secret) =>
        new StandardWebhook(secret).verify(arrived.body.toString(), headersOf(arrived)),
      ),
      ['weaker-alone', 'other-tenant', 'other-url'],
    ],
    [
      'by svix',
      { scheme: 'svix' },
      standardRing,
      accepting(standardRing, (arrived, secret) =>
        new SvixWebhook(secret).verify(arrived.body.toString(), headersOf(arrived)),
      ),
      ['weaker-alone', 'other-tenant', 'other-url'],
    ],
    [
      'by svix, under the standard names',
      { contract: 'keyturn' },
      standardRing,
      accepting(standardRing, (arrived, secret) =>
        new SvixWebhook(secret).verify(arrived.body.toString(), headersOf(arrived)),
      ),
      ['weaker-alone', 'other-tenant', 'other-url'],
    ],
    [
      'by stripe',
      { scheme: 'stripe' },
      textRing,
      accepting(textRing, (arrived, secret) =>
        webhooks.constructEvent(arrived.body, headersOf(arrived)['stripe-signature'] ?? '', secret),
      ),
      ['weaker-alone', 'doubled-header-first', 'other-tenant', 'other-url', 'future'],
    ],
    [
      'by @octokit/webhooks-methods',
      { contract: 'github-repository' },
      textRing,
      accepting(textRing, (arrived, secret) =>
        verifyAsGithub(secret, arrived.body.toString(), headersOf(arrived)['x-hub-signature-256'] ?? ''),
      ),
      [
        'all-live-keys',
        'unknown-key-first',
        'unknown-key-last',
        'weaker-alone',
        'other-tenant',
        'other-url',
        'stale',
        'future',
      ],
    ],
  ])('%s', async (_, options, keys, receiver, rows) => {
    const other = keys === standardRing ? otherSecret : 'another-secret-of-16'
    const url = await serve(receiver)
    const found = await withOther(other, otherSecrets => examine(url, documentOf(keys), { ...options, otherSecrets }))
    expect(found).toMatchObject({ exitCode: 0, wrong: [], untold: rows })
  })

  const contracts = [...allContracts, ...hookContracts].map(contract => [contract.name, contract] as const)

  it.each(contracts)('by keyturn/verify for %s', async (name, contract) => {
    const keys = ringOfContract(contract)
    let url = ''
    url = await serve(byOurs(schemeOf(contract), liveSecrets(keys), () => url))
    const other = newText(contract.secret, randomBytes)
    const found = await withOther(other, otherSecrets =>
      examine(url, documentOf(keys, sampleTenantId(contract)), { contract: name, otherSecrets }),
    )
    expect(found).toMatchObject({ exitCode: 0, wrong: [] })
  })

  it('as examples/receiver is, which answers 503 to what no key of its own signed', async () => {
    const harness = closing(await startHarness())
    await harness.create(documentOf(standardRing))
    const secrets = harness.open({ now: () => new Date() })
    const again: unknown[] = []
    const receive = exampleReceiver({
      secrets,
      accept: async () => undefined,
      onTryAgain: error => void again.push(error),
    })
    const url = await serve(({ body, request }) => receive(body, request.headers))
    expect(await examine(url, documentOf(standardRing), { contract: 'keyturn' })).toMatchObject({
      exitCode: 0,
      wrong: [],
    })
    expect(again.length).toBeGreaterThan(5)
  })

  it.each(allMadeUp.map(contract => [contract.name, contract] as const))(
    'by keyturn/verify for a contract of one’s own: %s',
    async (name, contract) => {
      const keys = ringOfContract(contract)
      let url = ''
      url = await serve(byOurs(schemeOf(contract), liveSecrets(keys), () => url))
      const found = await examine(url, documentOf(keys), {
        contract: name,
        config: `test/unit/contracts/made-up/${name}.ts`,
      })
      expect(found).toMatchObject({ exitCode: 0, wrong: [] })
    },
  )
})
