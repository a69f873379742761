import * as v from 'valibot'
import { parseInput } from '../parse-input'
import * as members from './members'
import { lastOf, tokenAfter } from './next-token'
import type { SecretsOperation } from './operation'
import type { SecretVersion } from './secret-state'

const schema = v.object({
  SecretId: members.secretId,
  MaxResults: v.optional(members.maxResults, 100),
  NextToken: v.optional(members.nextToken),
  IncludeDeprecated: v.optional(v.boolean(), false),
})

/** The versions, oldest first, a page at a time; those without a label only on demand. */
export const listSecretVersionIds: SecretsOperation = async ({ store }, input) => {
  const { SecretId, MaxResults, NextToken, IncludeDeprecated } = parseInput(schema, input)
  const last = lastOf(NextToken)
  const { arn, name, versions } = await store.find(SecretId)
  const shown = versions.filter(({ labels }) => IncludeDeprecated || labels.length > 0)
  const start = last === null ? 0 : shown.findIndex(({ id }) => id === last) + 1
  const page = shown.slice(start, start + MaxResults)
  const lastShown = page.at(-1)
  const more = lastShown !== undefined && start + MaxResults < shown.length
  return {
    Versions: page.map(entryOf),
    ARN: arn,
    Name: name,
    ...(more ? { NextToken: tokenAfter(lastShown.id) } : {}),
  }
}

function entryOf({ id, labels, createdAt, kmsKeyId }: SecretVersion): object {
  return {
    VersionId: id,
    ...(labels.length === 0 ? {} : { VersionStages: labels }),
    CreatedDate: createdAt,
    KmsKeyIds: [kmsKeyId ?? 'DefaultEncryptionKey'],
  }
}
