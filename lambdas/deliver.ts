import { dynamoDbClient } from '../src/aws/clients'
import { lambdaHandler } from '../src/http/lambda-handler'
import { createApp } from '../src/http/serve'
import { deliverUses } from '../src/http/uses/deliveries'
import { deliverVariables, readEnvironment } from './environment'
import { deliverHandler } from './handlers'
import { accessDeps, apiSettings, deliveryDeps, readMounts } from './wiring'

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
