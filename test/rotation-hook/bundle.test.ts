import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { secretsManagerClient } from '../../src/aws/clients'
import { mirroredSecrets } from '../../src/secrets-manager'
import { clientOptions } from '../aws/embedded-aws'
import { startLocalRun, type TestLocalRun } from '../support/local-run'
import { startConsumerStage, type ConsumerSecret, type ConsumerStage, type HookSettings } from './consumer-stage'
import type { WireFault } from './fault-proxy'

let run: TestLocalRun
let stage: ConsumerStage
let platform: SecretsManagerClient
const secrets = new Map<string, ConsumerSecret>()

const names = ['tumban', 'thesignup', 'storno', 'featurebase', 'teambattles', 'keyturn'] as const
type Name = (typeof names)[number]

beforeAll(async () => {
  run = await startLocalRun()
  platform = secretsManagerClient(clientOptions(run.local.aws))
  stage = await startConsumerStage(run.local.api)
  for (const name of names) secrets.set(name, await stage.addSecret(settingsOf(name)))
}, 60_000)

afterAll(async () => {
  await stage?.close()
  platform?.destroy()
  await run?.stop()
})

function settingsOf(contract: Name): HookSettings {
  const { contracts } = run.local
  const { tenantId, endpointId } = contracts[contract]
  const credential = {
    tumban: contracts.tumban.adminSession,
    thesignup: contracts.thesignup.apiKey,
    storno: contracts.storno.token,
    featurebase: contracts.featurebase.apiKey,
    teambattles: contracts.teambattles.apiKey,
    keyturn: JSON.stringify({ token: contracts.keyturn.apiKey }),
  }[contract]
  const ended = contract === 'keyturn' ? { overlapSeconds: 0 } : {}
  return { contract, tenantId, endpointId, credential, replays: contract === 'keyturn', ...ended }
}

function secretOf(name: Name): ConsumerSecret {
  const secret = secrets.get(name)
  if (secret === undefined) throw new TypeError(`there is no secret for ${name}`)
  return secret
}

/** The secret that the vendor has: its mirror on the platform's side. */
async function atVendor(name: Name): Promise<string> {
  const { SecretString = '{}' } = await platform.send(
    new GetSecretValueCommand({ SecretId: run.local.contracts[name].mirror }),
  )
  return (JSON.parse(SecretString) as { readonly signingSecret: string }).signingSecret
}

describe('RotateSecret, with the hook’s bundle at the local control plane', () => {
  it.each(names)('rotates at %s, and the library reads what is stored', async name => {
    const secret = secretOf(name)
    const before = await atVendor(name)
    const document = await secret.rotate()
    expect(document?.signingSecret).toBe(await atVendor(name))
    expect(document?.signingSecret).not.toBe(before)
    expect(await mirroredSecrets({ secretId: secret.secretId, client: stage.client }).live()).toEqual([
      document?.signingSecret,
    ])
    expect(secret.log()).not.toContain(document?.signingSecret)
  })

  it('keeps the key before where the contract has an overlap', async () => {
    const first = await atVendor('thesignup')
    const document = await secretOf('thesignup').rotate()
    expect(document?.keys.map(({ secret }) => secret)).toEqual([await atVendor('thesignup'), first])
    expect(Date.parse(document?.keys[1]?.expiresAt ?? '')).toBeGreaterThan(Date.now() + 86_000_000)
  })
})

describe('the bundle', () => {
  it.each<WireFault>(['killed-before', 'reply-dropped'])(
    'heals when it is %s at any of its calls',
    async fault => {
      const both = await Promise.all([
        strikeCalls('storno', fault, 99),
        strikeCalls('keyturn', fault, callsOfCreateSecret),
      ])
      for (const healed of both) {
        expect(healed.length).toBeGreaterThanOrEqual(callsOfCreateSecret)
        expect(healed).toEqual(Array(healed.length).fill(true))
      }
    },
    60_000,
  )
})

/** All by which a vendor that replays differs from one that does not is in the first step. */
const callsOfCreateSecret = 7

/** For each of the first calls of a rotation, whether one that was struck there ended with the vendor's secret. */
async function strikeCalls(name: Name, fault: WireFault, most: number): Promise<readonly boolean[]> {
  const secret = secretOf(name)
  secret.gate.arm(null, fault)
  await secret.rotate()
  const calls = Math.min(most, secret.gate.count())
  const healed: boolean[] = []
  for (let at = 0; at < calls; at += 1) {
    secret.gate.arm(at, fault)
    const document = await secret.rotate()
    healed.push(document !== undefined && document.signingSecret === (await atVendor(name)))
  }
  return healed
}
