import { CreateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAwsServer } from '../../../local/aws-server/server'
import { Closers } from '../../../local/closers'
import { buildMounted, buildWorkerRuntime, consumerFunctionSources, endBuilder } from '../../../scripts/bundle'
import { secretsManagerClient } from '../../../src/aws/clients'
import { clientOptions } from '../../unit/aws/embedded-aws'
import type { BuiltFunction } from '../wire/rotate-function'
import { type ConsumerHook, type HookSettings, startConsumerHook } from './consumer-hook'
import { consumerSecret, type ConsumerSecret, type RunStep } from './consumer-secret'

export interface SecretSettings {
  readonly hook: HookSettings
  /** What the secret holds before its first rotation. */
  readonly text: string
  /** How often each step runs; 1 where absent. */
  readonly runsEachStep?: number
}

export interface ConsumerBed {
  readonly client: SecretsManagerClient
  /** Sets up a secret with the hook's bundle as its rotation function. */
  addSecret(settings: SecretSettings): Promise<ConsumerSecret>
  close(): Promise<void>
}

/** Between the tries of a rotation. */
const pausesMs = [1, 5, 20, 100]
export const triesOfRotation = pausesMs.length + 1

interface Account {
  readonly built: BuiltFunction
  readonly client: SecretsManagerClient
  readonly aws: string
  readonly api: string
  /** What runs a step, by the function's ARN. */
  readonly functions: Map<string, (event: object) => Promise<void>>
  readonly closers: Closers
}

/** A consumer's AWS account: Secrets Manager and, for each secret, the hook's bundle. `api`: the vendor's URL. */
export async function startConsumerBed(api: string): Promise<ConsumerBed> {
  const closers = new Closers()
  const built = await buildHook(closers)
  const functions: Account['functions'] = new Map()
  const invokable = {
    has: (arn: string) => functions.has(arn),
    invoke: async (arn: string, event: object) => functions.get(arn)?.(event),
    pausesMs,
  }
  const endpoint = await startAwsServer({ dataDir: null, port: 0, functions: invokable })
  closers.add(() => endpoint.close())
  const client = secretsManagerClient(clientOptions(endpoint.url))
  closers.add(() => client.destroy())
  // Done first: a rotation that is still tried would start a hook anew.
  const close = (): Promise<void> => (functions.clear(), closers.close())
  const account = { built, client, aws: endpoint.url, api, functions, closers }
  let secrets = 0
  return { client, close, addSecret: settings => addSecret(account, settings, `consumer/${(secrets += 1)}`) }
}

async function addSecret(account: Account, settings: SecretSettings, name: string): Promise<ConsumerSecret> {
  const { client, functions, closers } = account
  const credentialSecretId = `${name}-credential`
  await client.send(new CreateSecretCommand({ Name: credentialSecretId, SecretString: settings.hook.credential }))
  await client.send(new CreateSecretCommand({ Name: name, SecretString: settings.text }))
  const hook = await startConsumerHook(settings.hook, { ...account, credentialSecretId })
  closers.add(() => hook.close())
  const steps: RunStep[] = []
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name.replace('/', '-')}`
  functions.set(arn, async event => {
    for (let run = 0; run < (settings.runsEachStep ?? 1); run += 1) await runStep(hook, event, steps)
  })
  return consumerSecret({ client, secretId: name, functionArn: arn, hook, steps })
}

async function runStep(hook: ConsumerHook, event: object, steps: RunStep[]): Promise<void> {
  const name = String(Reflect.get(event, 'Step'))
  try {
    await hook.invoke(event)
    steps.push({ name, failed: false })
  } catch (error) {
    steps.push({ name, failed: true })
    throw error
  }
}

async function buildHook(closers: Closers): Promise<BuiltFunction> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-hook-'))
  closers.add(() => rm(folder, { recursive: true }))
  const [[bundle], runtime] = await Promise.all([
    buildMounted(folder, consumerFunctionSources),
    buildWorkerRuntime(folder),
  ])
  await endBuilder()
  return { runtime, bundle: bundle?.file ?? '' }
}
