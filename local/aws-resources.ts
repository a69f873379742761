import { CreateTableCommand, ResourceInUseException } from '@aws-sdk/client-dynamodb'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { replaceFile } from '../scripts/files'
import { type ClientOptions, sqsClient } from '../src/aws/clients'
import { type Table, tableDefinition } from '../src/aws/table'
import { readStored } from './stored-json'

// What the local run has at its embedded AWS server, as `infra` gives it to a deployment: one table, three queues, two
// KMS keys. Data folders hold them by these names.

export const stage = 'local'

/** How the embedded AWS server is called. Where no access key id is asked for, it takes any: this one is made up. */
export const localAws = {
  region: 'us-east-1',
  accessKeyId: 'local',
  secretAccessKey: 'local',
  table: 'keyturn-local',
} as const

/** The embedded AWS server of a local run. */
export interface LocalAws {
  readonly url: string
  readonly accessKeyId: string
}

export const eventBus = 'default'

/** Where deliveries wait, where those end that were given up, and where what could not be worked on. */
export const deliveryQueue = 'keyturn-local-deliveries'
export const deadLetterQueue = 'keyturn-local-dead-letters'
export const failedMessageQueue = 'keyturn-local-failed-messages'

/** The only two KMS keys that exist. */
export const ringKeyId = 'alias/keyturn-local-ring'
export const mirrorKeyId = 'alias/keyturn-local-mirror'

/**
 * The access key id of the local run whose data folder has this file, of mode 0600. It is random, so that no other
 * program of this machine has it by chance, and stays the same over restarts.
 * @throws {OperatorError} when the file is damaged
 */
export function localAccessKeyId(file: string): string {
  const schema = v.object({ accessKeyId: v.pipe(v.string(), v.regex(/^LOCAL[0-9A-F]{15}$/)) })
  const before = readStored({ file, schema, remedy: 'delete it, and a new access key id is made' })
  if (before !== null) return before.accessKeyId
  const accessKeyId = `LOCAL${randomBytes(8).toString('hex').slice(1).toUpperCase()}`
  replaceFile(file, JSON.stringify({ accessKeyId }))
  return accessKeyId
}

/**
 * Limits of a request to the embedded AWS server. It is on the same machine: what takes long there, because the machine is
 * busy, would take as long at a second try.
 */
export const patientLimits = { connectionTimeout: 60_000, requestTimeout: 60_000, throwOnRequestTimeout: true }

/** The settings of an SDK client for the embedded AWS server at this URL. */
export function localClientOptions(aws: string, accessKeyId: string = localAws.accessKeyId): ClientOptions {
  const { region, secretAccessKey } = localAws
  return { endpoint: aws, region, credentials: { accessKeyId, secretAccessKey }, requestHandler: patientLimits }
}

/** Makes the table; one that is there already stays as it is. Tests use it too: a deployment has its own table. */
export async function createTable({ client, name }: Table): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(name)))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
}

const maxReceiveCount = 10
/** Longer than the function's time limit: a message that is being worked on is given to nobody else. */
const VisibilityTimeout = '90'
const MessageRetentionPeriod = String(14 * 24 * 60 * 60)

/** Makes the three queues; those that are there already stay, with these attributes. */
export async function createQueues(options: ClientOptions): Promise<void> {
  const client = sqsClient(options)
  try {
    await createQueue(client, deadLetterQueue, { MessageRetentionPeriod })
    const failedMessages = await createQueue(client, failedMessageQueue, { MessageRetentionPeriod })
    const RedrivePolicy = await redrivePolicy(client, failedMessages, maxReceiveCount)
    const QueueUrl = await createQueue(client, deliveryQueue, {})
    const Attributes = { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy }
    await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }))
  } finally {
    client.destroy()
  }
}

/** Makes one queue and returns its URL. Repeatable. Tests use it too: a deployment has its own queues. */
export async function createQueue(
  client: SQSClient,
  name: string,
  attributes: Readonly<Record<string, string>>,
): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes } }))
  if (QueueUrl === undefined) throw new Error('SQS answered without a queue URL')
  return QueueUrl
}

/** The attribute `RedrivePolicy` of a queue whose messages go to `deadLetterUrl` after so many receives. */
export async function redrivePolicy(
  client: SQSClient,
  deadLetterUrl: string,
  maxReceiveCount: number,
): Promise<string> {
  const wanted = new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] })
  const { Attributes } = await client.send(wanted)
  return JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount })
}
