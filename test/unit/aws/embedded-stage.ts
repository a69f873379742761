import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { KMSClient } from '@aws-sdk/client-kms'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { randomBytes, randomUUID } from 'node:crypto'
import { createTable } from '../../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../../local/aws-server/server'
import {
  type ClientOptions,
  dynamoDbClient,
  eventBridgeClient,
  kmsClient,
  secretsManagerClient,
} from '../../../src/aws/clients'
import { dynamoAuditLog } from '../../../src/aws/dynamo-audit-log'
import { dynamoEndpointStore } from '../../../src/aws/dynamo-endpoint-store'
import { dynamoRotationHealth } from '../../../src/aws/dynamo-health-store'
import { eventBridgeBus } from '../../../src/aws/event-bridge-bus'
import { kmsSealer } from '../../../src/aws/kms-sealer'
import { secretsManagerMirror } from '../../../src/aws/secrets-manager-mirror'
import { keyturn } from '../../../src/contracts/keyturn'
import { createEndpoint } from '../../../src/rotation/create'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { mirrorName } from '../../../src/rotation/mirror'
import type { RotationDeps } from '../../../src/rotation/ports'
import { rotateSecret } from '../../../src/rotation/rotate'
import { mirroredSecrets } from '../../../src/secrets-manager/mirrored-secrets'
import { plainSettings } from '../../support/plain-settings'
import { clientOptions } from './embedded-aws'

/** A deployment's table and KMS keys. */
export interface StageResources {
  readonly table: string
  /** ARNs. */
  readonly ringKey: string
  readonly mirrorKey: string
}

/** One embedded AWS that a stage is deployed to, and perhaps deployed again. */
export interface EmbeddedStage {
  readonly dynamoDb: DynamoDBClient
  readonly kms: KMSClient
  readonly secrets: SecretsManagerClient
  readonly clock: { at: Date }
  newKey(): string
  /** What the stage's functions work with, as `lambdas/wiring.ts` puts it together. */
  deploy(resources: StageResources): Promise<RotationDeps>
  close(): Promise<void>
}

export const address = { tenantId: 'org_1', endpointId: 'ep_1' } as const
/** The name of its mirror. */
export const mirror = mirrorName('dev', address.tenantId, address.endpointId)

const actor = { kind: 'session', id: 'user_1' } as const

export async function startStage(): Promise<EmbeddedStage> {
  const clock = { at: new Date('2026-11-28T12:00:00.000Z') }
  const server: AwsServer = await startAwsServer({ dataDir: null, port: 0, now: () => clock.at })
  const options = clientOptions(server.url)
  const clients = clientsOf(options)
  const { dynamoDb, kms, secrets } = clients
  return {
    dynamoDb,
    kms,
    secrets,
    clock,
    newKey: () => `arn:aws:kms:us-east-1:000000000000:key/${randomUUID()}`,
    deploy: async ({ table: name, ringKey, mirrorKey }) => {
      const table = { client: clients.dynamoDb, name }
      await createTable(table)
      return {
        store: dynamoEndpointStore(table),
        audit: dynamoAuditLog(table),
        sealer: kmsSealer({ client: kms, keyId: ringKey }),
        mirror: secretsManagerMirror({ client: secrets, kmsKeyId: mirrorKey, tags: { 'keyturn:stage': 'dev' } }),
        events: eventBridgeBus({ client: clients.eventBridge, busName: 'keyturn-dev' }),
        health: dynamoRotationHealth(table),
        stage: 'dev',
        now: () => clock.at,
        randomBytes,
        timeout: milliseconds => AbortSignal.timeout(milliseconds * 10),
        log: { info: () => undefined, error: () => undefined },
      }
    },
    close: async () => {
      for (const client of Object.values(clients)) client.destroy()
      await server.close()
    },
  }
}

function clientsOf(options: ClientOptions) {
  return {
    dynamoDb: dynamoDbClient(options),
    eventBridge: eventBridgeClient(options),
    kms: kmsClient(options),
    secrets: secretsManagerClient(options),
  }
}

/** The secret that was revealed. */
export async function createIn(deps: RotationDeps, consumers: readonly string[] = []): Promise<string> {
  const { tenantId, endpointId: id } = address
  const request = { tenantId, id, contract: keyturn, actor, ownSecret: null, idempotency: null, mostEndpoints: 10 }
  const created = await createEndpoint(deps, { ...request, settings: { ...plainSettings, consumers } })
  return created.secret.reveal()
}

export async function rotateIn(deps: RotationDeps): Promise<string> {
  const choice = { overlapSeconds: null, reason: null, forced: false, ownSecret: null }
  const endpoint = await storedIn(deps)
  const rotated = await rotateSecret(deps, { endpoint, contract: keyturn, actor, choice, idempotency: null })
  return rotated.secret.reveal()
}

export async function storedIn({ store }: RotationDeps): Promise<Endpoint> {
  const endpoint = await store.load(address)
  if (endpoint === null) throw new Error('nothing is stored')
  return endpoint
}

/** What a receiver verifies with that has read nothing before. */
export function readSecrets({ secrets, clock }: EmbeddedStage): Promise<readonly string[]> {
  return mirroredSecrets({ secretId: mirror, client: secrets, now: () => clock.at }).live()
}
