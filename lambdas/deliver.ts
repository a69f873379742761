import { dynamoDbClient } from '../src/aws/clients'
import { createApp } from '../src/http/app'
import { lambdaHandler } from '../src/http/lambda-handler'
import { deliverUses } from '../src/http/uses/deliver-uses'
import { accessDeps } from './access-deps'
import { apiSettings } from './api-settings'
import { deliverHandler } from './deliver-handler'
import { deliveryDeps } from './delivery-deps'
import { deliverVariables, readEnvironment } from './environment'
import { readMounts } from './mounts'

const environment = readEnvironment(deliverVariables, process.env)
const table = { client: dynamoDbClient(), name: environment.TABLE_NAME }
const mounts = readMounts(__dirname)
const settings = apiSettings(environment, mounts)
const deps = deliveryDeps(environment, table, settings.contracts)
const app = createApp({
  mounts,
  uses: deliverUses(deps, settings),
  access: accessDeps(environment, table),
  log: deps.log,
})

/** Deliveries from the queue, and test deliveries while the caller waits. */
export const handler = deliverHandler(deps, lambdaHandler(app))
