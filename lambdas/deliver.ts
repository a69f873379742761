import { dynamoDbClient } from '../src/aws/clients'
import { lambdaHandler } from '../src/http/lambda-handler'
import { serve } from '../src/http/serve'
import { testUses } from '../src/http/uses/deliveries'
import { probeUses } from '../src/http/uses/probe'
import { deliveryDeps } from './deliver-wiring'
import { deliverVariables, readEnvironment } from './environment'
import { deliverHandler } from './handlers'
import { accessDeps, apiSettings, readMounts } from './wiring'

const environment = readEnvironment(deliverVariables, process.env)
const table = { client: dynamoDbClient(), name: environment.TABLE_NAME }
const mounts = readMounts(__dirname)
const settings = apiSettings(environment, mounts)
const deps = deliveryDeps(environment, table, settings.contracts)
const access = accessDeps(environment, table)
const uses = { ...testUses(deps, settings), ...probeUses(deps, settings) }
const api = serve({ mounts, uses, access, log: deps.log })

/** Deliveries from the queue, and test deliveries and probes while the caller waits. */
export const handler = deliverHandler(deps, lambdaHandler(api))
