import * as v from 'valibot'
import { parseInput } from '../parse-input'
import * as members from './members'
import type { SecretsOperation } from './operation'

const schema = v.object({ SecretId: members.secretId })

/** Undoes a scheduled deletion; a secret without one stays as it is. */
export const restoreSecret: SecretsOperation = async ({ store, now }, input) => {
  const { arn, name } = await store.change(parseInput(schema, input).SecretId, secret => ({
    secret: secret.deletesAt === null ? secret : { ...secret, deletesAt: null, changedAt: now },
  }))
  return { ARN: arn, Name: name }
}
