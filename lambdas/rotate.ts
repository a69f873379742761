import { dynamoDbClient } from '../src/aws/clients'
import { createApp } from '../src/http/app'
import { lambdaHandler } from '../src/http/lambda-handler'
import { ringUses } from '../src/http/uses/ring-uses'
import { accessDeps } from './access-deps'
import { apiSettings } from './api-settings'
import { readEnvironment, rotateVariables } from './environment'
import { readMounts } from './mounts'
import { rotationDeps } from './rotation-deps'

const environment = readEnvironment(rotateVariables, process.env)
const table = { client: dynamoDbClient(), name: environment.TABLE_NAME }
const mounts = readMounts(__dirname)
const deps = rotationDeps(environment, table)
const uses = ringUses(deps, apiSettings(environment, mounts))

/** Everything that reveals a secret or changes a key ring. */
export const handler = lambdaHandler(createApp({ mounts, uses, access: accessDeps(environment, table), log: deps.log }))
