import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { secretsManagerClient } from '../src/aws/clients'
import { type LocalAws, localClientOptions } from './aws-resources'
import type { RotationFunctions } from './aws-server/secrets-manager/rotations'
import { LocalFunction } from './local-functions'
import type { SeedContract } from './seed-plan'

// The customer's side of a platform's own contracts: for each a secret that the rotation hook's bundle rotates at the
// local API, as `RotatedSecret` deploys it.

export interface LocalHooks extends RotationFunctions {
  /** Makes the secrets, and from then on answers to `RotateSecret`. Repeatable. */
  start(hooked: readonly HookedContract[], reached: Reached): Promise<void>
  close(): Promise<void>
}

export interface HookedContract {
  readonly seed: SeedContract
  readonly apiKey: string
}

export interface Reached {
  /** The local API. */
  readonly api: string
  readonly aws: LocalAws
  readonly log: Writable
}

/** The name of the secret that a customer of the contract reads. */
export function hookedSecret(contract: string): string {
  return `hook/${contract}`
}

/** No hook has started yet: the AWS server, which invokes them, starts first. */
export function localHooks(buildDir: string): LocalHooks {
  const functions = new Map<string, LocalFunction>()
  return {
    pausesMs: [500, 2000],
    has: arn => functions.has(arn),
    invoke: async (arn, event) => functions.get(arn)?.invoke(event),
    start: async (hooked, reached) => {
      const client = secretsManagerClient(localClientOptions(reached.aws.url, reached.aws.accessKeyId))
      try {
        for (const each of hooked) {
          functions.set(arnOf(each), hookFunction(buildDir, each, reached))
          await makeSecrets(client, each)
        }
      } finally {
        client.destroy()
      }
    },
    close: async () => {
      await Promise.all([...functions.values()].map(hook => hook.kill()))
    },
  }
}

function arnOf({ seed }: HookedContract): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:keyturn-local-hook-${seed.contract.name}`
}

function hookFunction(buildDir: string, { seed }: HookedContract, { api, aws, log }: Reached): LocalFunction {
  const { contract, tenantId, endpointId, basePath = '' } = seed
  return new LocalFunction({
    runtime: resolve(buildDir, 'local-worker/index.js'),
    bundle: resolve(buildDir, 'rotation-hook/index.js'),
    log,
    timeoutSeconds: 60,
    environment: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: aws.accessKeyId,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: aws.url,
      // Functions are deployed on Node 22, which the AWS SDK does not warn about.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      CONTRACT: contract.name,
      BASE_URL: api + basePath,
      ENDPOINT_ID: endpointId,
      TENANT_ID: tenantId,
      CREDENTIALS_SECRET_ID: `${hookedSecret(contract.name)}/credential`,
    },
  })
}

/** What a deployment puts there before the first rotation. */
const placeholder = '{"keyturn":"not rotated yet"}'

async function makeSecrets(client: SecretsManagerClient, each: HookedContract): Promise<void> {
  const { name } = each.seed.contract
  const SecretId = hookedSecret(name)
  await createUnlessThere(client, SecretId, placeholder)
  await createUnlessThere(client, `${SecretId}/credential`, each.apiKey)
  await client.send(new PutSecretValueCommand({ SecretId: `${SecretId}/credential`, SecretString: each.apiKey }))
  const rotation = { RotationLambdaARN: arnOf(each), RotationRules: { AutomaticallyAfterDays: 30 } }
  await client.send(new RotateSecretCommand({ SecretId, ...rotation, RotateImmediately: false }))
}

async function createUnlessThere(client: SecretsManagerClient, Name: string, SecretString: string): Promise<void> {
  try {
    await client.send(new CreateSecretCommand({ Name, SecretString }))
  } catch (error) {
    if (!(error instanceof ResourceExistsException)) throw error
  }
}
