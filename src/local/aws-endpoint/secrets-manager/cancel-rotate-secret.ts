import * as v from 'valibot'
import { parseInput } from '../parse-input'
import { checkNotDeleted } from './deletion'
import * as members from './members'
import type { SecretsOperation } from './operation'
import { pendingRotation } from './pending-version'
import { noFunction } from './rotate-secret'

const schema = v.object({ SecretId: members.secretId })

/** Switches rotation off. A rotation under way stops before its next step, and leaves its version pending. */
export const cancelRotateSecret: SecretsOperation = async ({ store, now }, input) => {
  const { arn, name, versions } = await store.change(parseInput(schema, input).SecretId, secret => {
    checkNotDeleted(secret)
    if (secret.rotation === null) throw noFunction()
    return { secret: { ...secret, rotation: { ...secret.rotation, enabled: false }, changedAt: now } }
  })
  const pending = pendingRotation(versions)
  return { ARN: arn, Name: name, ...(pending === null ? {} : { VersionId: pending }) }
}
