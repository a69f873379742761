import {
  CreateSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { startAwsServer } from '../../../local/aws-server/server'
import { secretsManagerClient } from '../../../src/aws/clients'
import { mirroredSecrets, type MirroredSecrets, type MirroredSecretsOptions } from '../../../src/secrets-manager'
import { sign, type VerifyOptions } from '../../../src/verify'
import { clientOptions } from '../aws/embedded-aws'
import { startLabelPolicy } from './label-policy'

export const NOON = new Date('2026-11-21T12:00:00Z')
export const secretId = 'keyturn/test/org_1/ep_1'
export const body = '{"type":"invoice.paid"}'

export function after(seconds: number): Date {
  return new Date(NOON.getTime() + seconds * 1000)
}

/** A secret that only `n` decides. */
export function secretText(n: number): string {
  return `whsec_${Buffer.alloc(32, n).toString('base64')}`
}

interface DocumentKey {
  readonly n: number
  readonly expiresAt?: string | null
}

/** Keyturn's document with these keys, newest first. */
export function documentOf(...keys: readonly DocumentKey[]): string {
  const all = keys.map(({ n, expiresAt = null }) => {
    return { id: `key_${n}`, secret: secretText(n), createdAt: NOON.toISOString(), expiresAt }
  })
  const signingSecret = all[0]?.secret
  return JSON.stringify({ endpointId: 'ep_1', tenantId: 'org_1', version: all.length, signingSecret, keys: all })
}

export interface Harness {
  readonly url: string
  readonly client: SecretsManagerClient
  /** The time of the cache, of Secrets Manager and of the deliveries. */
  setNow(now: Date): void
  /** How many times a value was asked for. */
  reads(): number
  /** Errors that the cache reported. */
  readonly errors: unknown[]
  /** From now on, or no longer, every call fails. */
  setDown(down: boolean): void
  /** From now on the receiver may not read a version by this label. */
  deny(label: string): void
  open(options?: Partial<MirroredSecretsOptions>): MirroredSecrets
  create(text: string): Promise<void>
  put(text: string, label: string): Promise<string>
  move(label: string, from: string | undefined, to: string): Promise<void>
  /** Verifies a delivery that the key signs. */
  deliver(secrets: MirroredSecrets, n: number, options?: VerifyOptions): Promise<void>
  close(): Promise<void>
}

let tokens = 0

function newToken(): string {
  tokens += 1
  return String(tokens).padStart(32, '0')
}

/** The embedded Secrets Manager, with a client whose calls are counted and can be made to fail. */
export async function startHarness(): Promise<Harness> {
  let now = NOON
  let reads = 0
  let down = false
  const errors: unknown[] = []
  const server = await startAwsServer({ dataDir: null, port: 0, now: () => now })
  const policy = await startLabelPolicy(server.url)
  const client = secretsManagerClient(clientOptions(server.url))
  const counted = secretsManagerClient(clientOptions(policy.url))
  counted.middlewareStack.add(
    next => args => {
      reads += 1
      if (down) throw new Error('Secrets Manager is down')
      return next(args)
    },
    { step: 'initialize' },
  )
  return {
    url: server.url,
    client,
    errors,
    setNow: at => (now = at),
    reads: () => reads,
    setDown: value => (down = value),
    deny: label => policy.deny(label),
    open: options =>
      mirroredSecrets({ secretId, client: counted, now: () => now, onError: error => errors.push(error), ...options }),
    create: async text => {
      await client.send(new CreateSecretCommand({ Name: secretId, SecretString: text, ClientRequestToken: newToken() }))
    },
    put: async (text, label) => {
      const ClientRequestToken = newToken()
      const VersionStages = label === 'AWSCURRENT' ? undefined : [label]
      await client.send(
        new PutSecretValueCommand({ SecretId: secretId, SecretString: text, ClientRequestToken, VersionStages }),
      )
      return ClientRequestToken
    },
    move: async (label, from, to) => {
      const move = { VersionStage: label, RemoveFromVersionId: from, MoveToVersionId: to }
      await client.send(new UpdateSecretVersionStageCommand({ SecretId: secretId, ...move }))
    },
    deliver: (secrets, n, options) => {
      const headers = sign(body, secretText(n), { id: 'msg_1', now })
      return secrets.verify(body, headers, { now, ...options })
    },
    close: async () => {
      client.destroy()
      counted.destroy()
      await policy.close()
      await server.close()
    },
  }
}
