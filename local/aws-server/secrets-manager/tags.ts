import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { members, type SecretsOperation } from './operation'
import { checkNotDeleted, type SecretState } from './secret'

const tagInput = v.object({ SecretId: members.secretId, Tags: members.tags })

/** Adds tags, or gives them other values. */
export const tagResource: SecretsOperation = async ({ store, now }, input) => {
  const { SecretId, Tags } = parseInput(tagInput, input)
  await store.change(SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: { ...secret, tags: withTags(secret.tags, Tags), changedAt: now } }
  })
  return {}
}

const untagInput = v.object({ SecretId: members.secretId, TagKeys: v.array(v.string()) })

/** Removes tags; a key that is not there is no error. */
export const untagResource: SecretsOperation = async ({ store, now }, input) => {
  const { SecretId, TagKeys } = parseInput(untagInput, input)
  await store.change(SecretId, secret => {
    checkNotDeleted(secret)
    const tags = Object.fromEntries(Object.entries(secret.tags).filter(([key]) => !TagKeys.includes(key)))
    return { secret: { ...secret, tags, changedAt: now } }
  })
  return {}
}

type Tags = SecretState['tags']

const maxTags = 50

/** The tags with the new ones over them. @throws {AwsError} for more than 50 tags, and for a key that AWS reserves */
export function withTags(tags: Tags, added: readonly { readonly Key: string; readonly Value: string }[]): Tags {
  const all = { ...tags, ...Object.fromEntries(added.map(({ Key, Value }) => [Key, Value])) }
  if (Object.keys(all).length > maxTags) {
    throw new AwsError('InvalidParameterException', `A secret has at most ${maxTags} tags.`)
  }
  if (added.some(({ Key }) => Key.toLowerCase().startsWith('aws:'))) {
    throw new AwsError('InvalidParameterException', "Tag keys can't start with aws:.")
  }
  return all
}

/** The tags as the wire has them. */
export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}
