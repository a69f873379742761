import { randomBytes } from 'node:crypto'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoAuditLog } from '../src/aws/dynamo-audit-log'
import { createApp } from '../src/http/app'
import { lambdaHandler } from '../src/http/lambda-handler'
import { endpointUses } from '../src/http/uses/endpoint-uses'
import { accessDeps } from './access-deps'
import { apiSettings } from './api-settings'
import { endpointStore } from './endpoint-store'
import { endpointsVariables, readEnvironment } from './environment'
import { logOf } from './log'
import { mountsOf } from './mounts'

const environment = readEnvironment(endpointsVariables, process.env)
const table = { client: dynamoDbClient(), name: environment.TABLE_NAME }
const mounts = mountsOf(environment, __dirname)
const deps = {
  store: endpointStore(environment, table),
  audit: dynamoAuditLog(table),
  now: () => new Date(),
  randomBytes,
}
const uses = endpointUses(deps, apiSettings(environment, mounts))

/** Reads, changes of settings, and every path and method that no route has. */
export const handler = lambdaHandler(
  createApp({ mounts, uses, access: accessDeps(environment, table), log: logOf(environment) }),
)
