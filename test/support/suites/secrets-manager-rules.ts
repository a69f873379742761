import { afterAll, beforeAll, describe } from '@jest/globals'
import { callsOf } from './secrets-manager/calls'
import type { Client } from './secrets-manager/calls'
import { deletionRules } from './secrets-manager/deletion-rules'
import { detailRules } from './secrets-manager/detail-rules'
import { labelRules } from './secrets-manager/label-rules'
import { listingRules } from './secrets-manager/listing-rules'
import type { Subject } from './secrets-manager/subject'
import { valueRules } from './secrets-manager/value-rules'
import { versionRules } from './secrets-manager/version-rules'

export interface RunningSecretsManager {
  /** Must not retry: the SDK retries `LimitExceededException`. */
  readonly client: Client
  close(): Promise<void>
}

/** The rules of Secrets Manager, for every implementation of it. `start` gets the clock that the suite moves. */
export function secretsManagerRules(start: (now: () => Date) => Promise<RunningSecretsManager>): void {
  describe('Secrets Manager', () => {
    let running: RunningSecretsManager
    let now = new Date('2026-11-21T12:00:00.000Z')
    let names = 0
    const subject: Subject = {
      calls: () => callsOf(running.client),
      newName: () => `suite/secret-${(names += 1)}`,
      pass: milliseconds => {
        now = new Date(now.getTime() + milliseconds)
      },
    }
    beforeAll(async () => {
      running = await start(() => now)
    })
    afterAll(() => running.close())

    for (const rules of [valueRules, versionRules, labelRules, deletionRules, listingRules, detailRules]) rules(subject)
  })
}
