import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import type { KMSClient } from '@aws-sdk/client-kms'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { stageMirrors } from './stage-mirrors'
import type { Table } from './table'

/** What a deployed stage keeps: what outlives it where it is not disposable. */
export interface StoredStage {
  readonly table: string
  readonly tableBytes: number
  readonly ringKeyId: string
  readonly mirrorKeyId: string
  readonly mirrors: number
}

export interface StageClients {
  readonly table: Table
  readonly kms: KMSClient
  readonly secrets: SecretsManagerClient
}

export async function storedStage({ table, kms, secrets }: StageClients, stage: string): Promise<StoredStage> {
  const [described, ringKeyId, mirrorKeyId, mirrors] = await Promise.all([
    table.client.send(new DescribeTableCommand({ TableName: table.name })),
    keyIdOf(kms, `alias/keyturn-${stage}-ring`),
    keyIdOf(kms, `alias/keyturn-${stage}-mirror`),
    stageMirrors(secrets, stage),
  ])
  const tableBytes = described.Table?.TableSizeBytes ?? 0
  return { table: table.name, tableBytes, ringKeyId, mirrorKeyId, mirrors: mirrors.length }
}

async function keyIdOf(kms: KMSClient, alias: string): Promise<string> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: alias }))
  if (KeyMetadata?.KeyId === undefined) throw new Error(`KMS does not say which key ${alias} is`)
  return KeyMetadata.KeyId
}
