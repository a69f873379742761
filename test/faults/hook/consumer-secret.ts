import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { setTimeout as wait } from 'node:timers/promises'
import type { ConsumerHook } from './consumer-hook'

export interface StoredDocument {
  readonly version: number
  readonly signingSecret: string
  readonly keys: readonly { readonly secret: string; readonly expiresAt: string | null }[]
}

/** A consumer's secret with the hook as its rotation function. */
export interface ConsumerSecret {
  readonly secretId: string
  readonly hook: ConsumerHook
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

export interface ConsumerSecretOptions extends Pick<ConsumerSecret, 'secretId' | 'hook' | 'steps'> {
  readonly client: SecretsManagerClient
  readonly functionArn: string
}

const completeWithinMs = 15_000
const lookEveryMs = 10

export function consumerSecret(options: ConsumerSecretOptions): ConsumerSecret {
  const { client, secretId, functionArn, hook, steps } = options
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
