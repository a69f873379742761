import * as v from 'valibot'
import { parseInput } from '../parse-input'
import { checkNotDeleted } from './deletion'
import * as members from './members'
import type { SecretsOperation } from './operation'
import { withTags } from './tags'

const tagSchema = v.object({ SecretId: members.secretId, Tags: members.tags })
const untagSchema = v.object({ SecretId: members.secretId, TagKeys: v.array(v.string()) })

/** Adds tags, or gives them other values. */
export const tagResource: SecretsOperation = async ({ store, now }, input) => {
  const { SecretId, Tags } = parseInput(tagSchema, input)
  await store.change(SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: { ...secret, tags: withTags(secret.tags, Tags), changedAt: now } }
  })
  return {}
}

/** Removes tags; a key that is not there is no error. */
export const untagResource: SecretsOperation = async ({ store, now }, input) => {
  const { SecretId, TagKeys } = parseInput(untagSchema, input)
  await store.change(SecretId, secret => {
    checkNotDeleted(secret)
    const tags = Object.fromEntries(Object.entries(secret.tags).filter(([key]) => !TagKeys.includes(key)))
    return { secret: { ...secret, tags, changedAt: now } }
  })
  return {}
}
