import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { secretsManagerClient } from '../../src/aws/clients'
import { startAwsEndpoint } from '../../src/local/aws-endpoint/endpoint'
import { buildFunctions, buildWorkerRuntime, consumerFunctionSources, endBuilder } from '../../src/local/build'
import { LocalFunction } from '../../src/local/local-function'
import { clientOptions } from '../aws/embedded-aws'
import { newGate, startFaultProxy, type Gate } from './fault-proxy'

export interface HookSettings {
  readonly contract: string
  readonly endpointId: string
  readonly tenantId: string
  readonly credential: string
  readonly overlapSeconds?: number
  /** Whether the vendor gets the `Idempotency-Key`. */
  readonly replays: boolean
}

export interface ConsumerStage {
  readonly client: SecretsManagerClient
  /** Sets up a secret with the hook's bundle as its rotation function. */
  addSecret(settings: HookSettings): Promise<ConsumerSecret>
  close(): Promise<void>
}

export interface ConsumerSecret {
  readonly secretId: string
  readonly gate: Gate
  /** What the hook printed. */
  log(): string
  /** Rotates, and resolves to the document that is current then. Undefined: the rotation did not end. */
  rotate(): Promise<StoredDocument | undefined>
}

export interface StoredDocument {
  readonly version: number
  readonly signingSecret: string
  readonly keys: readonly { readonly secret: string; readonly expiresAt: string | null }[]
}

const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`

/** A consumer's AWS account: Secrets Manager and, for each secret, the hook's bundle. `api`: the vendor's URL. */
export async function startConsumerStage(api: string): Promise<ConsumerStage> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-hook-'))
  const runtime = await buildWorkerRuntime(folder)
  await buildFunctions(folder, consumerFunctionSources)
  await endBuilder()
  const hooks = new Map<string, LocalFunction>()
  const functions = {
    has: (arn: string) => hooks.has(arn),
    invoke: async (arn: string, event: object) => hooks.get(arn)?.invoke(event),
    pausesMs: [1, 5, 20, 100],
  }
  const endpoint = await startAwsEndpoint({ dataDir: null, port: 0, functions })
  const client = secretsManagerClient(clientOptions(endpoint.url))
  const closers: (() => Promise<unknown>)[] = []
  const addSecret = async (settings: HookSettings): Promise<ConsumerSecret> => {
    const name = `consumer/${settings.contract}`
    await client.send(new CreateSecretCommand({ Name: `${name}/credential`, SecretString: settings.credential }))
    await client.send(new CreateSecretCommand({ Name: name, SecretString: '{"to":"be rotated"}' }))
    const gate = newGate()
    const kill = async (): Promise<void> => hook.kill()
    const aws = await startFaultProxy({ target: endpoint.url, gate, kill, without: null })
    const without = settings.replays ? null : 'idempotency-key'
    const vendor = await startFaultProxy({ target: api, gate, kill, without })
    const log = new PassThrough()
    let printed = ''
    log.on('data', chunk => (printed += String(chunk)))
    const environment = environmentOf(settings, { aws: aws.url, vendor: vendor.url })
    const bundle = join(folder, 'rotation-hook/index.js')
    const hook = new LocalFunction({ runtime, bundle, environment, log, timeoutSeconds: 20 })
    hooks.set(arnOf(settings.contract), hook)
    closers.push(
      () => hook.kill(),
      () => aws.close(),
      () => vendor.close(),
    )
    const rotate = () => rotateSecret(client, name, arnOf(settings.contract))
    return { secretId: name, gate, log: () => printed, rotate }
  }
  return {
    client,
    addSecret,
    close: async () => {
      // A rotation that is still tried would start a hook anew.
      hooks.clear()
      for (const close of closers) await close()
      await endpoint.close()
      client.destroy()
      await rm(folder, { recursive: true })
    },
  }
}

function environmentOf(settings: HookSettings, urls: { readonly aws: string; readonly vendor: string }) {
  const { contract, endpointId, tenantId, overlapSeconds } = settings
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: urls.aws,
    CONTRACT: contract,
    BASE_URL: urls.vendor,
    ENDPOINT_ID: endpointId,
    TENANT_ID: tenantId,
    CREDENTIALS_SECRET_ID: `consumer/${contract}/credential`,
    ...(overlapSeconds === undefined ? {} : { OVERLAP_SECONDS: String(overlapSeconds) }),
  }
}

async function rotateSecret(
  client: SecretsManagerClient,
  SecretId: string,
  RotationLambdaARN: string,
): Promise<StoredDocument | undefined> {
  const { VersionId } = await client.send(new RotateSecretCommand({ SecretId, RotationLambdaARN }))
  for (let look = 0; look < 1500; look += 1) {
    const {
      VersionIdsToStages = {},
      LastRotatedDate,
      Tags,
    } = await client.send(new DescribeSecretCommand({ SecretId }))
    const isCurrent = VersionIdsToStages[VersionId ?? '']?.includes('AWSCURRENT') === true
    if (isCurrent && LastRotatedDate !== undefined && (Tags ?? []).length === 0)
      return currentDocument(client, SecretId)
    await new Promise(resolve => setTimeout(resolve, 4))
  }
  return undefined
}

async function currentDocument(client: SecretsManagerClient, SecretId: string): Promise<StoredDocument> {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }))
  return JSON.parse(SecretString) as StoredDocument
}
