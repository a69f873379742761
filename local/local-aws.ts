import { CreateTableCommand, ResourceInUseException } from '@aws-sdk/client-dynamodb'
import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { dirname } from 'node:path'
import { pollingSqsClient, sqsClient } from '../src/aws/clients'
import { sqsQueueFeed } from '../src/aws/sqs-delivery-queue'
import { type Table, tableDefinition } from '../src/aws/table'
import type { QueueFeed } from '../src/delivery/ports'
import { queueUrl } from './aws-server/sqs/queues'
import type { Closers } from './closers'
import { roleClaim, sessionAudience, tenantClaim } from './session-issuer'

export const stage = 'local'

/** How the embedded AWS endpoint is called. It takes any credentials; these are made up. */
export const localAws = {
  region: 'us-east-1',
  accessKeyId: 'local',
  secretAccessKey: 'local',
  table: 'keyturn-local',
} as const

/** Where deliveries wait, and where those end that were given up. Data folders hold queues by these names. */
export const deliveryQueue = 'keyturn-local-deliveries'
export const deadLetterQueue = 'keyturn-local-dead-letters'

/** The only two KMS keys that exist. */
export const ringKeyId = 'alias/keyturn-local-ring'
export const mirrorKeyId = 'alias/keyturn-local-mirror'

export interface EnvironmentOptions {
  readonly name: string
  /** The built file. */
  readonly bundle: string
  /** The AWS endpoint's URL. */
  readonly aws: string
}

/** Everything that a function's `process.env` holds: what Lambda sets, and what a deployment configures. */
export function functionEnvironment(options: EnvironmentOptions): Readonly<Record<string, string>> {
  return { ...setByLambda(options), ...configured(options.aws) }
}

/** AWS Lambda's developer guide, "Defined runtime environment variables". */
function setByLambda({ name, bundle, aws }: EnvironmentOptions): Readonly<Record<string, string>> {
  return {
    AWS_REGION: localAws.region,
    AWS_DEFAULT_REGION: localAws.region,
    AWS_ACCESS_KEY_ID: localAws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localAws.secretAccessKey,
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL: aws,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_LAMBDA_FUNCTION_NAME: `keyturn-${stage}-${name}`,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/keyturn-${stage}-${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: dirname(bundle),
    // A home of its own keeps the AWS configuration of whoever runs this out of the functions.
    HOME: dirname(bundle),
    // Functions are deployed on Node 22, which the AWS SDK does not warn about.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}

function configured(aws: string): Readonly<Record<string, string>> {
  return {
    STAGE: stage,
    TABLE_NAME: localAws.table,
    RING_KEY_ID: ringKeyId,
    MIRROR_KEY_ID: mirrorKeyId,
    EVENT_BUS_NAME: 'default',
    MIRROR: 'on',
    SESSION_ISSUER: aws,
    SESSION_AUDIENCE: sessionAudience,
    SESSION_JWKS_URL: `${aws}/.well-known/jwks.json`,
    SESSION_ROLE_CLAIM: roleClaim,
    SESSION_TENANT_CLAIM: tenantClaim,
    QUEUE_URL: queueUrl(new URL(aws).host, deliveryQueue),
    DEAD_LETTER_QUEUE_URL: queueUrl(new URL(aws).host, deadLetterQueue),
    INSECURE_TARGETS: 'on',
    LOG_LEVEL: 'info',
  }
}

const maxReceiveCount = 10
/** Longer than the function's time limit: a message that is being worked on is given to nobody else. */
const VisibilityTimeout = '90'
const MessageRetentionPeriod = String(14 * 24 * 60 * 60)

/** Makes the two queues; those that are there already stay as they are. */
export async function createQueues(aws: string): Promise<void> {
  const client = sqsClient(clientOptions(aws))
  try {
    const deadLetters = await createQueue(client, deadLetterQueue, { MessageRetentionPeriod })
    const RedrivePolicy = await redrivePolicy(client, deadLetters, maxReceiveCount)
    await createQueue(client, deliveryQueue, { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy })
  } finally {
    client.destroy()
  }
}

/** The deliveries that wait. */
export function openFeed(aws: string, closers: Closers): QueueFeed {
  const client = pollingSqsClient(clientOptions(aws))
  closers.add(() => client.destroy())
  return sqsQueueFeed({ client, queueUrl: queueUrl(new URL(aws).host, deliveryQueue) })
}

function clientOptions(endpoint: string) {
  const { region, accessKeyId, secretAccessKey } = localAws
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
}

/** For the local run and tests: a deployment has its own. Repeatable. Returns the queue's URL. */
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

/** Makes the table; one that is there already stays as it is. For the local run and tests: a deployment has its own. */
export async function createTable({ client, name }: Table): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(name)))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
}
