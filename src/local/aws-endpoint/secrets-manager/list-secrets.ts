import * as v from 'valibot'
import { parseInput } from '../parse-input'
import { detailsOf, labelsByVersion } from './describe-secret'
import { filterKeys, matches, namePrefixOf } from './filters'
import * as members from './members'
import { lastOf, tokenAfter } from './next-token'
import type { SecretsOperation } from './operation'
import type { SecretState } from './secret-state'

const filter = v.object({
  Key: v.picklist(filterKeys),
  Values: v.pipe(v.array(v.pipe(v.string(), v.maxLength(512))), v.minLength(1), v.maxLength(10)),
})
const schema = v.object({
  MaxResults: v.optional(members.maxResults, 100),
  NextToken: v.optional(members.nextToken),
  Filters: v.optional(v.pipe(v.array(filter), v.maxLength(10)), []),
  IncludePlannedDeletion: v.optional(v.boolean(), false),
  SortOrder: v.optional(v.picklist(['asc', 'desc']), 'asc'),
  SortBy: v.optional(v.picklist(['name']), 'name'),
})

/** The secrets by name, a page at a time. AWS can also sort by dates: refused here. */
export const listSecrets: SecretsOperation = async ({ store }, input) => {
  const { MaxResults, NextToken, Filters, IncludePlannedDeletion, SortOrder } = parseInput(schema, input)
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

function pageOf(secrets: readonly SecretState[]): object {
  return { SecretList: secrets.map(entryOf) }
}

function entryOf(secret: SecretState): object {
  const labels = labelsByVersion(secret)
  return { ...detailsOf(secret), ...(labels === null ? {} : { SecretVersionsToStages: labels }) }
}
