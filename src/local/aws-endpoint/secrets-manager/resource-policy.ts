import * as v from 'valibot'
import { parseInput } from '../parse-input'
import { checkNotDeleted } from './deletion'
import * as members from './members'
import type { SecretsOperation } from './operation'
import { checkNotPublic, parsePolicy } from './policy-document'

const schema = v.object({ SecretId: members.secretId })
const putSchema = v.object({
  SecretId: members.secretId,
  ResourcePolicy: v.pipe(v.string(), v.minLength(1), v.maxLength(20_480)),
  BlockPublicPolicy: v.optional(v.boolean(), false),
})

/** Sets the resource policy. It is kept and shown, but nothing here enforces it. */
export const putResourcePolicy: SecretsOperation = async ({ store }, input) => {
  const { SecretId, ResourcePolicy: policy, BlockPublicPolicy } = parseInput(putSchema, input)
  const document = parsePolicy(policy)
  if (BlockPublicPolicy) checkNotPublic(document)
  const { arn, name } = await store.change(SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: { ...secret, policy } }
  })
  return { ARN: arn, Name: name }
}

export const getResourcePolicy: SecretsOperation = async ({ store }, input) => {
  const secret = await store.find(parseInput(schema, input).SecretId)
  checkNotDeleted(secret)
  const { arn, name, policy } = secret
  return { ARN: arn, Name: name, ...(policy === null ? {} : { ResourcePolicy: policy }) }
}

/** Removes the resource policy; without one nothing changes. */
export const deleteResourcePolicy: SecretsOperation = async ({ store }, input) => {
  const { arn, name } = await store.change(parseInput(schema, input).SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: secret.policy === null ? secret : { ...secret, policy: null } }
  })
  return { ARN: arn, Name: name }
}
