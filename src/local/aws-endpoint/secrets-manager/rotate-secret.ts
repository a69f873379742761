import * as v from 'valibot'
import { AwsError } from '../aws-error'
import { parseInput } from '../parse-input'
import { checkNotDeleted } from './deletion'
import * as members from './members'
import type { SecretsOperation } from './operation'

const schema = v.object({ SecretId: members.secretId })

/** Refused for every secret, since none has a rotation function. */
export const rotateSecret: SecretsOperation = async ({ store }, input) => {
  checkNotDeleted(await store.find(parseInput(schema, input).SecretId))
  throw new AwsError('InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.')
}
