import { dynamoDbClient } from '../src/aws/clients'
import { lambdaHandler } from '../src/http/lambda-handler'
import { serve } from '../src/http/serve'
import { ringUses } from '../src/http/uses/ring'
import { readEnvironment, rotateVariables } from './environment'
import { accessDeps, apiSettings, readMounts, rotationDeps } from './wiring'

const environment = readEnvironment(rotateVariables, process.env)
const table = { client: dynamoDbClient(), name: environment.TABLE_NAME }
const mounts = readMounts(__dirname)
const deps = rotationDeps(environment, table)
const uses = ringUses(deps, apiSettings(environment, mounts))

/** Everything that reveals a secret or changes a key ring. */
export const handler = lambdaHandler(serve({ mounts, uses, access: accessDeps(environment, table), log: deps.log }))
