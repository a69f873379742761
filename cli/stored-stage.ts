import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms'
import { DeleteSecretCommand, ListSecretsCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Table } from '../src/aws/table'

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

const recoveryDays = 7

/** Names of the stage's mirrors, but for those scheduled for deletion. */
export async function stageMirrors(client: SecretsManagerClient, stage: string): Promise<readonly string[]> {
  const prefix = `keyturn/${stage}/`
  const names: string[] = []
  let NextToken: string | undefined
  do {
    const page = await client.send(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: [prefix] }], NextToken }))
    names.push(...(page.SecretList ?? []).flatMap(({ Name = '' }) => (Name.startsWith(prefix) ? [Name] : [])))
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return names
}

/** Schedules a mirror's deletion, 7 days ahead. */
export async function scheduleMirrorDeletion(client: SecretsManagerClient, name: string): Promise<void> {
  await client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: recoveryDays }))
}
