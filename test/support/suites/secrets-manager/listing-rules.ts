import { beforeAll, describe, expect, it } from '@jest/globals'
import type { ListSecretsCommandInput } from '@aws-sdk/client-secrets-manager'
import { refusalOf, token } from './calls'
import { secretWith } from './subject'
import type { Subject } from './subject'

export function listingRules(subject: Subject): void {
  const calls = subject.calls
  const listed = 'listed/'

  async function pages(input: ListSecretsCommandInput): Promise<string[][]> {
    const { SecretList = [], NextToken } = await calls().list(input)
    const names = SecretList.map(({ Name }) => Name ?? '')
    return NextToken === undefined ? [names] : [names, ...(await pages({ ...input, NextToken }))]
  }
  const byName = (...Values: string[]) => ({ Filters: [{ Key: 'name' as const, Values }] })

  describe('listing secrets', () => {
    beforeAll(async () => {
      for (const letter of ['a', 'b', 'c', 'd', 'e']) {
        const Tags = [{ Key: `tag-${letter}`, Value: `value-${letter}` }]
        await calls().create({ Name: listed + letter, Description: `About ${letter}`, Tags, SecretString: 'v' })
      }
    })

    it('comes in pages without a gap or a repetition', async () => {
      const found = await pages({ ...byName(listed), MaxResults: 2 })
      expect(found.map(({ length }) => length)).toEqual([2, 2, 1])
      expect(found.flat().toSorted()).toEqual(['a', 'b', 'c', 'd', 'e'].map(letter => listed + letter))
    })

    it('can go by name in both directions', async () => {
      const up = await pages({ ...byName(listed), SortBy: 'name', SortOrder: 'asc', MaxResults: 2 })
      const down = await pages({ ...byName(listed), SortBy: 'name', SortOrder: 'desc', MaxResults: 2 })
      expect(down.flat()).toEqual(up.flat().toReversed())
      expect(up.flat()).toEqual(up.flat().toSorted())
    })

    it('filters by the start of the name, the whole name included', async () => {
      expect(await pages(byName('listed/c'))).toEqual([['listed/c']])
      expect((await pages(byName('listed/c', 'listed/d'))).flat().toSorted()).toEqual(['listed/c', 'listed/d'])
      expect(await pages(byName('isted/c'))).toEqual([[]])
      expect(await pages(byName('LISTED/C'))).toEqual([[]])
    })

    it('filters by what a value with an exclamation mark does not match', async () => {
      const Filters = [...byName(listed).Filters, ...byName('!listed/c').Filters]
      expect((await pages({ Filters })).flat()).toHaveLength(4)
    })

    it('filters by description and tags', async () => {
      for (const [Key, value] of [
        ['description', 'about c'],
        ['tag-key', 'tag-c'],
        ['tag-value', 'value-c'],
      ] as const) {
        expect(await pages({ Filters: [{ Key, Values: [value] }] })).toEqual([['listed/c']])
      }
    })

    it('shows labels, tags and description, never a value', async () => {
      const { SecretList = [] } = await calls().list(byName('listed/c'))
      const { SecretVersionsToStages, Tags, Description } = SecretList[0] ?? {}
      expect(Object.values(SecretVersionsToStages ?? {})).toEqual([['AWSCURRENT']])
      expect([Tags, Description]).toEqual([[{ Key: 'tag-c', Value: 'value-c' }], 'About c'])
      expect(SecretList[0]).not.toHaveProperty('SecretString')
    })

    it('a token of no page is InvalidNextTokenException', async () => {
      expect(await refusalOf(calls().list({ NextToken: 'nonsense' }))).toBe('InvalidNextTokenException')
    })
  })

  describe('listing versions', () => {
    it('leaves out those without a label, unless they are asked for', async () => {
      const SecretId = await secretWith(subject, 4)
      const labelled = await calls().versions({ SecretId })
      const all = await calls().versions({ SecretId, IncludeDeprecated: true })
      expect(labelled.Versions?.map(({ VersionId }) => VersionId)).toEqual([token(3), token(4)])
      expect(all.Versions?.map(({ VersionId }) => VersionId)).toEqual([1, 2, 3, 4].map(token))
      expect(all.Versions?.map(({ VersionStages }) => VersionStages)).toEqual([
        undefined,
        undefined,
        ['AWSPREVIOUS'],
        ['AWSCURRENT'],
      ])
    })

    it('comes in pages', async () => {
      const SecretId = await secretWith(subject, 4)
      const input = { SecretId, IncludeDeprecated: true, MaxResults: 2 }
      const first = await calls().versions(input)
      const second = await calls().versions({ ...input, NextToken: first.NextToken })
      expect([first, second].map(({ Versions }) => Versions?.length)).toEqual([2, 2])
      expect(second.NextToken).toBeUndefined()
      expect(second.Versions?.map(({ VersionId }) => VersionId)).toEqual([token(3), token(4)])
    })

    it('a token of no page is InvalidNextTokenException', async () => {
      const SecretId = await secretWith(subject, 1)
      expect(await refusalOf(calls().versions({ SecretId, NextToken: 'x' }))).toBe('InvalidNextTokenException')
    })
  })
}
