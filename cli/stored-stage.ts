import { DescribeTableCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb'
import { DescribeKeyCommand, type KMSClient, NotFoundException } from '@aws-sdk/client-kms'
import { ListSecretsCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { GetQueueUrlCommand, QueueDoesNotExist, type SQSClient } from '@aws-sdk/client-sqs'
import { type Config, tableNameOf } from '../config/config'
import { dynamoDbClient, kmsClient, secretsManagerClient, sqsClient } from '../src/aws/clients'
import type { Table } from '../src/aws/table'

// What there is of a deployed stage, read from AWS: before it is taken down, and again afterwards.

/** What outlives a stage that is not disposable. Null: there is none, or it is being deleted. */
export interface StoredStage {
  readonly table: { readonly name: string; readonly bytes: number } | null
  readonly ringKeyId: string | null
  readonly mirrorKeyId: string | null
  /** Names, but for those scheduled for deletion. */
  readonly mirrors: readonly string[]
}

export interface StageClients {
  readonly table: Table
  readonly kms: Pick<KMSClient, 'send'>
  readonly secrets: SecretsManagerClient
  readonly sqs: SQSClient
}

export function stageClients(config: Config): StageClients {
  const { region } = config
  return {
    table: { client: dynamoDbClient({ region }), name: tableNameOf(config) },
    kms: kmsClient({ region }),
    secrets: secretsManagerClient({ region }),
    sqs: sqsClient({ region }),
  }
}

export async function storedStage({ table, kms, secrets }: StageClients, stage: string): Promise<StoredStage> {
  const [described, ringKeyId, mirrorKeyId, mirrors] = await Promise.all([
    storedTable(table),
    usableKeyId(kms, `alias/keyturn-${stage}-ring`),
    usableKeyId(kms, `alias/keyturn-${stage}-mirror`),
    stageMirrors(secrets, stage),
  ])
  return { table: described, ringKeyId, mirrorKeyId, mirrors }
}

export async function storedTable({ client, name }: Table): Promise<StoredStage['table']> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
    return Table?.TableStatus === 'DELETING' ? null : { name, bytes: Table?.TableSizeBytes ?? 0 }
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null
    throw error
  }
}

async function usableKeyId(kms: StageClients['kms'], alias: string): Promise<string | null> {
  try {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: alias }))
    if (KeyMetadata?.KeyId === undefined) throw new Error(`KMS does not say which key ${alias} is`)
    return KeyMetadata.KeyState === 'PendingDeletion' ? null : KeyMetadata.KeyId
  } catch (error) {
    if (error instanceof NotFoundException) return null
    throw error
  }
}

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

/** Whether the stage still works on deliveries: its queue goes with the rest of what does not outlive it. */
export async function hasDeliveryQueue({ sqs }: StageClients, stage: string): Promise<boolean> {
  try {
    await sqs.send(new GetQueueUrlCommand({ QueueName: deliveryQueueName(stage) }))
    return true
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return false
    throw error
  }
}

export function deliveryQueueName(stage: string): string {
  return `keyturn-${stage}-deliveries`
}
