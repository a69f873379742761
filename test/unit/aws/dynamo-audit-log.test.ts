import { afterAll, beforeAll, describe } from '@jest/globals'
import { dynamoAuditLog } from '../../../src/aws/dynamo-audit-log'
import { auditLogSuite } from '../../support/suites/audit-log'
import { type EmbeddedTables, startTables } from './embedded-aws'

let tables: EmbeddedTables
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.close())

describe('dynamoAuditLog', () => {
  auditLogSuite(async () => ({ log: dynamoAuditLog(await tables.newTable()), close: async () => undefined }))
})
