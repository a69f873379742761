import { AwsError } from '../aws-error'
import type { SecretState } from './secret-state'

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
