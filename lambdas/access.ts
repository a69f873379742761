import { randomBytes } from 'node:crypto'
import { dynamoDbClient, eventBridgeClient } from '../src/aws/clients'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import { dynamoPortalSessionStore } from '../src/aws/dynamo-portal-session-store'
import { eventBridgeBus } from '../src/aws/event-bridge-bus'
import { lambdaHandler } from '../src/http/lambda-handler'
import { serve } from '../src/http/serve'
import { apiKeyUses } from '../src/http/uses/api-keys'
import { portalSessionUses } from '../src/http/uses/portal-sessions'
import { accessVariables, readEnvironment } from './environment'
import { accessDeps, logOf, portalSettings, readMounts, sharedTimeout } from './wiring'

const environment = readEnvironment(accessVariables, process.env)
const table = { client: dynamoDbClient(), name: environment.TABLE_NAME }
const log = logOf(environment)
const now = (): Date => new Date()
const portal = portalSettings(environment)
const access = accessDeps(environment, table)
const sessions = dynamoPortalSessionStore(table)
const keyUses = apiKeyUses({
  apiKeys: dynamoApiKeyStore(table, now),
  portalSessions: sessions,
  events: eventBridgeBus({ client: eventBridgeClient(), busName: environment.EVENT_BUS_NAME }),
  now,
  randomBytes,
  timeout: sharedTimeout,
  log,
})

const portalUses = portalSessionUses(
  portal && { sessions, apiKeys: access.apiKeys, settings: portal, now, randomBytes },
)

/** API keys and portal sessions of a platform's customers: the only function that makes or ends one. It opens nothing. */
export const handler = lambdaHandler(
  serve({ mounts: readMounts(__dirname), uses: { ...keyUses, ...portalUses }, access, log }),
)
