import * as v from 'valibot'
import { AwsError } from '../aws-error'
import { parseInput } from '../parse-input'
import { checkNotDeleted } from './deletion'
import * as members from './members'
import type { SecretsContext, SecretsOperation } from './operation'
import { arnOf, namesOf } from './secret-id'

const dayMilliseconds = 24 * 60 * 60 * 1000
const defaultDays = 30

const schema = v.object({
  SecretId: members.secretId,
  RecoveryWindowInDays: v.optional(v.pipe(v.number(), v.integer())),
  ForceDeleteWithoutRecovery: v.optional(v.boolean(), false),
})

/** Schedules the deletion in 7 to 30 days, or deletes at once. */
export const deleteSecret: SecretsOperation = async (context, input) => {
  const { SecretId, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery } = parseInput(schema, input)
  if (days !== undefined && ForceDeleteWithoutRecovery) {
    throw invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
  }
  if (days !== undefined && (days < 7 || days > 30)) {
    throw invalid('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).')
  }
  if (ForceDeleteWithoutRecovery) return deleteNow(context, SecretId)
  const deletesAt = new Date(context.now.getTime() + (days ?? defaultDays) * dayMilliseconds)
  const { arn, name } = await context.store.change(SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: { ...secret, deletesAt } }
  })
  return { ARN: arn, Name: name, DeletionDate: deletesAt }
}

/** A secret that does not exist is deleted already: no error. */
async function deleteNow({ store, region, now, newArnSuffix }: SecretsContext, secretId: string): Promise<object> {
  try {
    const { arn, name } = await store.change(secretId, secret => ({ secret, removed: true }))
    return { ARN: arn, Name: name, DeletionDate: now }
  } catch (error) {
    if (!(error instanceof AwsError) || error.type !== 'ResourceNotFoundException') throw error
    const name = namesOf(secretId)[0] ?? secretId
    return { ARN: arnOf(region, name, newArnSuffix()), Name: name, DeletionDate: now }
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message)
}
