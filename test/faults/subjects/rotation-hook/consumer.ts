import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { localClientOptions } from '../../../../local/aws-resources'
import { startAwsServer } from '../../../../local/aws-server/server'
import { Closers } from '../../../../local/closers'
import { consumerFunctionSources, localMounts } from '../../../../scripts/bundle'
import { replaceFile } from '../../../../scripts/files'
import { secretsManagerClient } from '../../../../src/aws/clients'
import { hookContracts } from '../../../../src/contracts/all'
import { mountsFile } from '../../../../src/contracts/routes'
import { buildBundles, type BuiltFunction } from '../../build-bundles'
import { type HookFunction, type HookSettings, startHookFunction } from './hook-function'

/** A consumer's AWS account: Secrets Manager and, for each secret, the hook's bundle. */
export interface Consumer {
  readonly client: SecretsManagerClient
  /** Sets up a secret with the hook's bundle as its rotation function. */
  addSecret(settings: SecretSettings): Promise<ConsumerSecret>
  close(): Promise<void>
}

export interface SecretSettings {
  readonly hook: HookSettings
  /** What the secret holds before its first rotation. */
  readonly text: string
  /** How often each step runs; 1 where absent. */
  readonly runsEachStep?: number
  /** The URL of another vendor than the consumer's. */
  readonly api?: string
}

/** A consumer's secret with the hook as its rotation function. */
export interface ConsumerSecret {
  readonly secretId: string
  readonly hook: HookFunction
  /** The steps that Secrets Manager has run so far, in the order they ended. */
  readonly steps: readonly RunStep[]
  /** Begins a rotation, and resolves to its version. Rejects as RotateSecret does. */
  begin(): Promise<string>
  /** Resolves once the rotation that was begun is complete: the version is current. Rejects after 15 s. */
  complete(versionId: string): Promise<StoredDocument>
  /** Rotates, and resolves to the document that is current then. */
  rotate(): Promise<StoredDocument>
  /** The signing secret at AWSCURRENT. */
  current(): Promise<string>
  describe(): Promise<SecretState>
}

export interface StoredDocument {
  readonly version: number
  readonly signingSecret: string
  readonly keys: readonly { readonly secret: string; readonly expiresAt: string | null }[]
}

export interface RunStep {
  readonly name: string
  readonly failed: boolean
}

export interface SecretState {
  /** Labels by version. */
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly tags: readonly string[]
  /** In milliseconds since 1970; 0: never. */
  readonly lastRotatedAt: number
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

/** `api`: the vendor's URL. */
export async function startConsumer(api: string): Promise<Consumer> {
  const closers = new Closers()
  const { 'rotation-hook': bundle, runtime } = await buildBundles(closers, consumerFunctionSources)
  const mounts = [...localMounts, ...hookContracts.map(contract => ({ contract, basePath: '' }))]
  replaceFile(join(dirname(bundle), mountsFile), JSON.stringify(mounts))
  const functions: Account['functions'] = new Map()
  const invokable = {
    has: (arn: string) => functions.has(arn),
    invoke: async (arn: string, event: object) => functions.get(arn)?.(event),
    pausesMs,
  }
  const server = await startAwsServer({ dataDir: null, port: 0, functions: invokable })
  closers.add(() => server.close())
  const client = secretsManagerClient(localClientOptions(server.url))
  closers.add(() => client.destroy())
  // Done first: a rotation that is still tried would start a hook anew.
  const close = (): Promise<void> => (functions.clear(), closers.close())
  const account = { built: { bundle, runtime }, client, aws: server.url, api, functions, closers }
  let secrets = 0
  return { client, close, addSecret: settings => addSecret(account, settings, `consumer/${(secrets += 1)}`) }
}

async function addSecret(account: Account, settings: SecretSettings, name: string): Promise<ConsumerSecret> {
  const { client, functions, closers } = account
  const credentialSecretId = `${name}-credential`
  await client.send(new CreateSecretCommand({ Name: credentialSecretId, SecretString: settings.hook.credential }))
  await client.send(new CreateSecretCommand({ Name: name, SecretString: settings.text }))
  const hook = await startHookFunction(settings.hook, {
    ...account,
    api: settings.api ?? account.api,
    credentialSecretId,
  })
  closers.add(() => hook.close())
  const steps: RunStep[] = []
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name.replace('/', '-')}`
  functions.set(arn, async event => {
    for (let run = 0; run < (settings.runsEachStep ?? 1); run += 1) await runStep(hook, event, steps)
  })
  return consumerSecret(client, arn, { secretId: name, hook, steps })
}

async function runStep(hook: HookFunction, event: object, steps: RunStep[]): Promise<void> {
  const name = String(Reflect.get(event, 'Step'))
  try {
    await hook.invoke(event)
    steps.push({ name, failed: false })
  } catch (error) {
    steps.push({ name, failed: true })
    throw error
  }
}

const completeWithinMs = 15_000
const lookEveryMs = 10

function consumerSecret(
  client: SecretsManagerClient,
  functionArn: string,
  { secretId, hook, steps }: Pick<ConsumerSecret, 'secretId' | 'hook' | 'steps'>,
): ConsumerSecret {
  let before = { steps: 0, lastRotatedAt: 0 }
  const describe = (): Promise<SecretState> => stateOf(client, secretId)
  const text = (): Promise<string> => currentText(client, secretId)
  const begin = async (): Promise<string> => {
    before = { steps: steps.length, lastRotatedAt: (await describe()).lastRotatedAt }
    const command = new RotateSecretCommand({ SecretId: secretId, RotationLambdaARN: functionArn })
    return (await client.send(command)).VersionId ?? ''
  }
  const isComplete = async (versionId: string): Promise<boolean> => {
    if (!steps.slice(before.steps).some(({ name, failed }) => name === 'finishSecret' && !failed)) return false
    const { labels, lastRotatedAt } = await describe()
    return lastRotatedAt > before.lastRotatedAt && labels[versionId]?.includes('AWSCURRENT') === true
  }
  const complete = async (versionId: string): Promise<StoredDocument> => {
    for (const giveUpAt = Date.now() + completeWithinMs; Date.now() < giveUpAt; await wait(lookEveryMs)) {
      if (await isComplete(versionId)) return JSON.parse(await text()) as StoredDocument
    }
    throw new Error(`the rotation of ${secretId} did not complete: ${JSON.stringify(steps.slice(before.steps))}`)
  }
  const rotate = async (): Promise<StoredDocument> => complete(await begin())
  const current = async (): Promise<string> => signingSecretIn(await text())
  return { secretId, hook, steps, begin, complete, rotate, current, describe }
}

async function stateOf(client: SecretsManagerClient, SecretId: string): Promise<SecretState> {
  const { VersionIdsToStages, Tags = [], LastRotatedDate } = await client.send(new DescribeSecretCommand({ SecretId }))
  const tags = Tags.map(({ Key = '' }) => Key)
  return { labels: VersionIdsToStages ?? {}, tags, lastRotatedAt: LastRotatedDate?.getTime() ?? 0 }
}

async function currentText(client: SecretsManagerClient, SecretId: string): Promise<string> {
  return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? ''
}

/** Out of a document, or the text as it stands. */
function signingSecretIn(text: string): string {
  return text.startsWith('{') ? (JSON.parse(text) as StoredDocument).signingSecret : text
}
