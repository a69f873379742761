import { randomBytes } from 'node:crypto'
import { dynamoDbClient, eventBridgeClient } from '../src/aws/clients'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import { eventBridgeBus } from '../src/aws/event-bridge-bus'
import { lambdaHandler } from '../src/http/lambda-handler'
import { serve } from '../src/http/serve'
import { apiKeyUses } from '../src/http/uses/api-keys'
import { accessVariables, readEnvironment } from './environment'
import { accessDeps, logOf, readMounts, sharedTimeout } from './wiring'

const environment = readEnvironment(accessVariables, process.env)
const table = { client: dynamoDbClient(), name: environment.TABLE_NAME }
const log = logOf(environment)
const now = (): Date => new Date()
const uses = apiKeyUses({
  apiKeys: dynamoApiKeyStore(table, now),
  events: eventBridgeBus({ client: eventBridgeClient(), busName: environment.EVENT_BUS_NAME }),
  now,
  randomBytes,
  timeout: sharedTimeout,
  log,
})

/** API keys of a platform's customers: the only function that makes or ends one. It opens nothing. */
export const handler = lambdaHandler(
  serve({ mounts: readMounts(__dirname), uses, access: accessDeps(environment, table), log }),
)
