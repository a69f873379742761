import { randomBytes } from 'node:crypto'
import { dynamoDbClient, sqsClient } from '../src/aws/clients'
import { dynamoAttemptLog } from '../src/aws/dynamo-attempt-log'
import { dynamoAuditLog } from '../src/aws/dynamo-audit-log'
import { dynamoDeliveryStore } from '../src/aws/dynamo-delivery-store'
import { dynamoHealthStore } from '../src/aws/dynamo-health-store'
import { dynamoRecoveryStore } from '../src/aws/dynamo-recovery-store'
import { sqsQueue } from '../src/aws/sqs-delivery-queue'
import { lambdaHandler } from '../src/http/lambda-handler'
import { serve } from '../src/http/serve'
import { deliveryUses } from '../src/http/uses/deliveries'
import { endpointUses } from '../src/http/uses/endpoints'
import { healthUses } from '../src/http/uses/health'
import { sessionUses } from '../src/http/uses/session'
import { endpointsVariables, readEnvironment } from './environment'
import { accessDeps, apiSettings, endpointStore, logOf, policyDeps, readMounts } from './wiring'

const environment = readEnvironment(endpointsVariables, process.env)
const table = { client: dynamoDbClient(), name: environment.TABLE_NAME }
const mounts = readMounts(__dirname)
const deps = {
  store: endpointStore(environment, table),
  audit: dynamoAuditLog(table),
  health: dynamoHealthStore(table),
  attempts: dynamoAttemptLog(table),
  deliveries: dynamoDeliveryStore(table),
  recoveries: dynamoRecoveryStore(table),
  queue: sqsQueue({ client: sqsClient(), queueUrl: environment.QUEUE_URL }),
  ...policyDeps(environment),
  randomBytes,
}
const settings = apiSettings(environment, mounts)
const uses = {
  ...endpointUses(deps, settings),
  ...deliveryUses(deps, settings),
  ...healthUses(settings),
  ...sessionUses(),
}

/** Reads, changes of settings, read access taken away, events into the queue, and every path and method that no route has. */
export const handler = lambdaHandler(
  serve({
    mounts,
    uses,
    access: accessDeps(environment, table),
    log: logOf(environment),
    description: environment.API_DESCRIPTION,
  }),
)
