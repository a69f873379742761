import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { members, secretIdInput, type SecretsOperation } from './operation'
import type { SecretState, SecretVersion } from './secret'
import { tagList } from './tags'

// What Secrets Manager shows of secrets without their values: one secret, all secrets, or the versions of one.

/** Everything but the value; also of a secret that is scheduled for deletion. */
export const describeSecret: SecretsOperation = async ({ store }, input) => {
  const secret = await store.find(parseInput(secretIdInput, input).SecretId)
  const labels = labelsByVersion(secret)
  return { ...detailsOf(secret), ...(labels === null ? {} : { VersionIdsToStages: labels }) }
}

/** What `DescribeSecret` and `ListSecrets` say alike. AWS leaves out what is not there. */
function detailsOf(secret: SecretState): object {
  const { arn, name, description, kmsKeyId, tags, createdAt, changedAt, deletesAt } = secret
  return {
    ARN: arn,
    Name: name,
    ...(description === null ? {} : { Description: description }),
    ...(kmsKeyId === null ? {} : { KmsKeyId: kmsKeyId }),
    CreatedDate: createdAt,
    LastChangedDate: changedAt,
    ...rotationOf(secret),
    ...(deletesAt === null ? {} : { DeletedDate: deletesAt }),
    ...(Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) }),
  }
}

function rotationOf({ rotation, lastRotatedAt }: SecretState): object {
  if (rotation === null) return {}
  return {
    RotationEnabled: rotation.enabled,
    RotationLambdaARN: rotation.functionArn,
    ...(rotation.rules === null ? {} : { RotationRules: rotation.rules }),
    ...(lastRotatedAt === null ? {} : { LastRotatedDate: lastRotatedAt }),
  }
}

/** The labels of the versions that have any; null where none has. */
function labelsByVersion({ versions }: SecretState): Readonly<Record<string, readonly string[]>> | null {
  const labelled = versions.filter(({ labels }) => labels.length > 0)
  return labelled.length === 0 ? null : Object.fromEntries(labelled.map(({ id, labels }) => [id, labels]))
}

const filterKeys = ['name', 'description', 'tag-key', 'tag-value'] as const

const filter = v.object({
  Key: v.picklist(filterKeys),
  Values: v.pipe(v.array(v.pipe(v.string(), v.maxLength(512))), v.minLength(1), v.maxLength(10)),
})

type Filter = v.InferOutput<typeof filter>

const listInput = v.object({
  MaxResults: v.optional(members.maxResults, 100),
  NextToken: v.optional(members.nextToken),
  Filters: v.optional(v.pipe(v.array(filter), v.maxLength(10)), []),
  IncludePlannedDeletion: v.optional(v.boolean(), false),
  SortOrder: v.optional(v.picklist(['asc', 'desc']), 'asc'),
  SortBy: v.optional(v.picklist(['name']), 'name'),
})

/** The secrets by name, a page at a time. AWS can also sort by dates: refused here. */
export const listSecrets: SecretsOperation = async ({ store }, input) => {
  const { MaxResults, NextToken, Filters, IncludePlannedDeletion, SortOrder } = parseInput(listInput, input)
  const range = { prefix: namePrefixOf(Filters), after: lastOf(NextToken), descending: SortOrder === 'desc' }
  const page: SecretState[] = []
  for await (const secret of store.list(range)) {
    if (secret.deletesAt !== null && !IncludePlannedDeletion) continue
    if (!matches(secret, Filters)) continue
    if (page.length === MaxResults) return { ...pageOf(page), NextToken: tokenAfter(page.at(-1)?.name ?? '') }
    page.push(secret)
  }
  return pageOf(page)
}

/** What the name of every match starts with, so that nothing else need be read. */
function namePrefixOf(filters: readonly Filter[]): string {
  const prefixes = filters.flatMap(({ Key, Values }) => (Key === 'name' && Values.length === 1 ? Values : []))
  return prefixes.find(prefix => !prefix.startsWith('!')) ?? ''
}

/**
 * Whether the secret passes every filter: one of a filter's values must match. Values are prefixes; only the
 * description's ignore upper and lower case. A value that starts with `!` matches what the rest of it does not.
 */
function matches(secret: SecretState, filters: readonly Filter[]): boolean {
  return filters.every(({ Key, Values }) =>
    Values.some(value =>
      value.startsWith('!') ? !hasPrefix(secret, Key, value.slice(1)) : hasPrefix(secret, Key, value),
    ),
  )
}

function hasPrefix(secret: SecretState, key: Filter['Key'], prefix: string): boolean {
  switch (key) {
    case 'name':
      return secret.name.startsWith(prefix)
    case 'description':
      return (secret.description ?? '').toLowerCase().startsWith(prefix.toLowerCase())
    case 'tag-key':
      return Object.keys(secret.tags).some(tag => tag.startsWith(prefix))
    case 'tag-value':
      return Object.values(secret.tags).some(tag => tag.startsWith(prefix))
  }
}

function pageOf(secrets: readonly SecretState[]): object {
  return { SecretList: secrets.map(secretEntryOf) }
}

function secretEntryOf(secret: SecretState): object {
  const labels = labelsByVersion(secret)
  return { ...detailsOf(secret), ...(labels === null ? {} : { SecretVersionsToStages: labels }) }
}

const listVersionsInput = v.object({
  SecretId: members.secretId,
  MaxResults: v.optional(members.maxResults, 100),
  NextToken: v.optional(members.nextToken),
  IncludeDeprecated: v.optional(v.boolean(), false),
})

/** The versions of a secret, oldest first, a page at a time; those without a label only on demand. */
export const listSecretVersionIds: SecretsOperation = async ({ store }, input) => {
  const { SecretId, MaxResults, NextToken, IncludeDeprecated } = parseInput(listVersionsInput, input)
  const last = lastOf(NextToken)
  const { arn, name, versions } = await store.find(SecretId)
  const shown = versions.filter(({ labels }) => IncludeDeprecated || labels.length > 0)
  const start = last === null ? 0 : shown.findIndex(({ id }) => id === last) + 1
  const page = shown.slice(start, start + MaxResults)
  const lastShown = page.at(-1)
  const more = lastShown !== undefined && start + MaxResults < shown.length
  return {
    Versions: page.map(versionEntryOf),
    ARN: arn,
    Name: name,
    ...(more ? { NextToken: tokenAfter(lastShown.id) } : {}),
  }
}

function versionEntryOf({ id, labels, createdAt, kmsKeyId }: SecretVersion): object {
  return {
    VersionId: id,
    ...(labels.length === 0 ? {} : { VersionStages: labels }),
    CreatedDate: createdAt,
    KmsKeyIds: [kmsKeyId ?? 'DefaultEncryptionKey'],
  }
}

const tokenPrefix = 'after '

/** The `NextToken` that goes on after `last`. */
function tokenAfter(last: string): string {
  return Buffer.from(tokenPrefix + last).toString('base64url')
}

/** What `tokenAfter` was given, null without a token. @throws {AwsError} `InvalidNextTokenException` */
function lastOf(token: string | undefined): string | null {
  if (token === undefined) return null
  const last = Buffer.from(token, 'base64url').toString().slice(tokenPrefix.length)
  if (tokenAfter(last) === token) return last
  throw new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.')
}
