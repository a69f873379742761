import { describe } from '@jest/globals'
import { dynamoPortalSessionStore } from '../../../src/aws/dynamo-portal-session-store'
import { portalSessionStoreSuite } from '../../support/suites/portal-session-store'
import { embeddedTables } from './embedded-aws'

const newTable = embeddedTables()

describe('dynamoPortalSessionStore', () => {
  portalSessionStoreSuite(async () => ({
    store: dynamoPortalSessionStore(await newTable()),
    close: async () => undefined,
  }))
})
