import * as v from 'valibot'
import { parseInput } from '../parse-input'
import { checkNotDeleted } from './deletion'
import * as members from './members'
import { moveLabel } from './move-label'
import type { SecretsOperation } from './operation'

const schema = v.object({
  SecretId: members.secretId,
  VersionStage: members.versionStage,
  RemoveFromVersionId: v.optional(members.versionId),
  MoveToVersionId: v.optional(members.versionId),
})

/** Moves one label from a version to another, or removes it. */
export const updateSecretVersionStage: SecretsOperation = async ({ store, now }, input) => {
  const { SecretId, VersionStage: label, RemoveFromVersionId: from, MoveToVersionId: to } = parseInput(schema, input)
  const { arn, name } = await store.change(SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: { ...secret, versions: moveLabel(secret.versions, { label, from, to }), changedAt: now } }
  })
  return { ARN: arn, Name: name }
}
