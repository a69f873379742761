import { dynamoDbClient, sqsClient } from '../src/aws/clients'
import { dynamoDeliveryStore } from '../src/aws/dynamo-delivery-store'
import { dynamoRecoveryStore } from '../src/aws/dynamo-recovery-store'
import { sqsQueue } from '../src/aws/sqs-delivery-queue'
import { readEnvironment, sweepVariables } from './environment'
import { sweepHandler } from './handlers'
import { rotationDeps } from './wiring'

const environment = readEnvironment(sweepVariables, process.env)

const table = { client: dynamoDbClient(), name: environment.TABLE_NAME }
const queue = sqsQueue({ client: sqsClient(), queueUrl: environment.QUEUE_URL })

/**
 * Settles what is due: mirrors, audit records, events, deletions. Deliveries whose wait is over, tests of paused endpoints
 * and backlogs go into the queue.
 */
export const handler = sweepHandler({
  ...rotationDeps(environment, table),
  deliveries: dynamoDeliveryStore(table),
  recoveries: dynamoRecoveryStore(table),
  queue,
})
