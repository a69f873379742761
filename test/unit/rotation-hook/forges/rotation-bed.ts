import { CreateSecretCommand, DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { RotateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { randomBytes } from 'node:crypto'
import { localClientOptions } from '../../../../local/aws-resources'
import { startAwsServer } from '../../../../local/aws-server/server'
import { secretsManagerClient } from '../../../../src/aws/clients'
import { secretsManagerRotatedSecret } from '../../../../src/aws/secrets-manager-rotated-secret'
import type { Contract } from '../../../../src/contracts/contract'
import { Secret } from '../../../../src/core/secret'
import { defaultLostReplyRule } from '../../../../src/rotation-hook/ports'
import { rotationHook } from '../../../../src/rotation-hook/rotation-hook'
import { httpVendor } from '../../../../src/rotation-hook/vendor'
import type { StoredDocument } from '../../../../src/rotation-hook/document'
import type { Logged } from '../model'

/** A secret of the embedded Secrets Manager that rotates at a vendor by a contract. */
export interface RotationBed {
  readonly client: SecretsManagerClient
  readonly secretId: string
  /** Every step that ran: its name, and the code that it failed with. */
  readonly steps: readonly string[]
  readonly logged: readonly Logged[]
  readonly slept: readonly number[]
  /** Resolves once a rotation is complete, or once every try of it has failed. */
  readonly rotate: () => Promise<'complete' | 'gave-up'>
  readonly current: () => Promise<StoredDocument>
  readonly tags: () => Promise<readonly string[]>
  close(): Promise<void>
}

export interface BedOptions {
  readonly contract: Contract
  readonly baseUrl: string
  readonly endpointId: string
  readonly tenantId: string
  readonly credential: string
  readonly overlapSeconds?: number
  /** What the secret holds before the first rotation. */
  readonly text: string
  /** Called after each step. */
  readonly after?: (step: string) => Promise<void>
}

const secretId = 'consumer/webhook'
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:hook'
const pausesMs = [1]
const tries = pausesMs.length + 1

export async function startRotationBed(options: BedOptions): Promise<RotationBed> {
  const steps: string[] = []
  const logged: Logged[] = []
  const slept: number[] = []
  const ended: ((end: 'complete' | 'gave-up') => void)[] = []
  let failures = 0
  const invoke = async (_arn: string, event: object): Promise<void> => {
    const step = String(Reflect.get(event, 'Step'))
    try {
      await hook(event)
      steps.push(step)
      await options.after?.(step)
    } catch (error) {
      steps.push(`${step} ${String(Reflect.get(Object(error), 'code') ?? error)}`)
      failures += 1
      if (failures === tries) ended.shift()?.('gave-up')
      throw error
    }
    if (step === 'finishSecret') ended.shift()?.('complete')
  }
  const server = await startAwsServer({
    dataDir: null,
    port: 0,
    functions: { has: arn => arn === functionArn, invoke, pausesMs },
  })
  const client = secretsManagerClient(localClientOptions(server.url))
  const connection = { ...options, overlapSeconds: options.overlapSeconds ?? null }
  const now = (): Date => new Date()
  const credential = async (): Promise<Secret> => new Secret(options.credential)
  const hook = rotationHook({
    ...connection,
    rotatedSecret: secretsManagerRotatedSecret(client),
    vendor: httpVendor({ ...connection, credential, timeoutMs: 5000, now }),
    lostReply: defaultLostReplyRule(options.contract),
    newRunId: () => randomBytes(8).toString('hex'),
    randomBytes,
    now,
    sleep: async milliseconds => void slept.push(milliseconds),
    log: {
      info: (message, fields) => void logged.push({ level: 'info', message, fields }),
      error: (message, fields) => void logged.push({ level: 'error', message, fields }),
    },
  })
  await client.send(new CreateSecretCommand({ Name: secretId, SecretString: options.text }))
  const begin = async (): Promise<void> => {
    await client.send(new RotateSecretCommand({ SecretId: secretId, RotationLambdaARN: functionArn }))
  }
  return {
    client,
    secretId,
    steps,
    logged,
    slept,
    rotate: async () => {
      failures = 0
      const end = new Promise<'complete' | 'gave-up'>(resolve => ended.push(resolve))
      // Refused while a version is pending, whose rotation is tried again all the same.
      await begin().catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== 'InvalidRequestException') throw error
      })
      return end
    },
    current: async () => {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }))
      return JSON.parse(SecretString) as StoredDocument
    },
    tags: async () => {
      const { Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId: secretId }))
      return Tags.map(({ Key = '' }) => Key)
    },
    close: async () => {
      client.destroy()
      await server.close()
    },
  }
}
