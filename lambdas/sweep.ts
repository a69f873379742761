import { dynamoDbClient } from '../src/aws/clients'
import { readEnvironment, sweepVariables } from './environment'
import { rotationDeps } from './rotation-deps'
import { sweepHandler } from './sweep-handler'

const environment = readEnvironment(sweepVariables, process.env)

/** Settles what is due: mirrors, audit records, events, deletions. */
export const handler = sweepHandler(
  rotationDeps(environment, { client: dynamoDbClient(), name: environment.TABLE_NAME }),
)
