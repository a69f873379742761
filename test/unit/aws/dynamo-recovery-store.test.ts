import { describe } from '@jest/globals'
import { dynamoHealthStore } from '../../../src/aws/dynamo-health-store'
import { dynamoRecoveryStore } from '../../../src/aws/dynamo-recovery-store'
import { recoveryStoreSuite } from '../../support/suites/recovery-store'
import { embeddedTables } from './embedded-aws'

const newTable = embeddedTables()

describe('dynamoRecoveryStore', () => {
  recoveryStoreSuite(async () => {
    const table = await newTable()
    const health = dynamoHealthStore(table)
    return {
      store: dynamoRecoveryStore(table),
      pause: async (life, at) => {
        const lastStatus = { code: 500, message: 'The receiver answered 500', timestamp: at }
        const failed = { at, responseTimeMs: 1, lastStatus, outcome: 'pending', first: true, usedUp: false } as const
        await health.countAttempt(life, failed)
        await health.pause(life, { at, reason: 'gone' })
      },
      failures: async life => (await health.load(life)).consecutiveFailures,
    }
  })
})
