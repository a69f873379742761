import { describe, expect, it } from '@jest/globals'
import { refusalOf, token } from './calls'
import { hour, labelsOf, secretWith } from './subject'
import type { Subject } from './subject'

const policy = (principal: unknown): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: principal, Action: '*' }] })

export function detailRules(subject: Subject): void {
  const calls = subject.calls

  describe('a name', () => {
    it('has letters, digits and /_+=.@-', async () => {
      const Name = `${subject.newName()}/A_+=.@-z9`
      expect((await calls().create({ Name })).Name).toBe(Name)
    })

    it.each([
      ['a space', 'with a space'],
      ['a colon', 'with:colon'],
      ['a hash', 'with#hash'],
      ['a letter beyond ASCII', 'é'],
      ['513 characters', 'n'.repeat(513)],
    ])('with %s is ValidationException', async (_what, Name) => {
      expect(await refusalOf(calls().create({ Name }))).toBe('ValidationException')
    })
  })

  describe('describing', () => {
    it('shows what was given, and never a value', async () => {
      const Name = subject.newName()
      const given = { Description: 'About it', KmsKeyId: 'alias/mine', Tags: [{ Key: 'k', Value: 'v' }] }
      await calls().create({ Name, SecretString: 'canary', ...given })
      const described = await calls().describe(Name)
      expect(described).toMatchObject({ Name, ...given })
      expect(JSON.stringify(described)).not.toContain('canary')
    })

    it('leaves out versions without a label', async () => {
      const name = await secretWith(subject, 3)
      expect(Object.keys(await labelsOf(subject, name)).toSorted()).toEqual([token(2), token(3)])
    })

    it('dates the last change', async () => {
      const SecretId = await secretWith(subject, 1)
      const before = await calls().describe(SecretId)
      subject.pass(hour)
      await calls().put({ SecretId, SecretString: '2' })
      const after = await calls().describe(SecretId)
      expect(after.CreatedDate).toEqual(before.CreatedDate)
      expect(after.LastChangedDate?.getTime()).toBe((before.LastChangedDate?.getTime() ?? 0) + hour)
    })
  })

  describe('updating', () => {
    it('with a value moves AWSCURRENT to a new version', async () => {
      const SecretId = await secretWith(subject, 1)
      const updated = await calls().update({ SecretId, SecretString: '2', ClientRequestToken: token(2) })
      expect(updated.VersionId).toBe(token(2))
      expect(await labelsOf(subject, SecretId)).toEqual({ [token(1)]: ['AWSPREVIOUS'], [token(2)]: ['AWSCURRENT'] })
    })

    it('without a value changes the description and makes no version', async () => {
      const SecretId = await secretWith(subject, 1)
      expect((await calls().update({ SecretId, Description: 'New' })).VersionId).toBeUndefined()
      expect((await calls().describe(SecretId)).Description).toBe('New')
      expect((await calls().versions({ SecretId, IncludeDeprecated: true })).Versions).toHaveLength(1)
    })

    it('changes the key of the versions to come', async () => {
      const SecretId = await secretWith(subject, 1)
      await calls().update({ SecretId, KmsKeyId: 'alias/mine' })
      await calls().put({ SecretId, SecretString: '2' })
      const { Versions = [] } = await calls().versions({ SecretId })
      expect(Versions.map(({ KmsKeyIds }) => KmsKeyIds)).toEqual([['DefaultEncryptionKey'], ['alias/mine']])
    })

    it('with a known token and another value is ResourceExistsException', async () => {
      const SecretId = await secretWith(subject, 1)
      const update = calls().update({ SecretId, SecretString: 'other', ClientRequestToken: token(1) })
      expect(await refusalOf(update)).toBe('ResourceExistsException')
    })
  })

  describe('tags', () => {
    it('are added, replaced and removed', async () => {
      const SecretId = await secretWith(subject, 1)
      await calls().tag({
        SecretId,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '1' },
        ],
      })
      await calls().tag({ SecretId, Tags: [{ Key: 'b', Value: '2' }, { Key: 'c' }] })
      await calls().untag({ SecretId, TagKeys: ['a', 'unknown'] })
      const { Tags } = await calls().describe(SecretId)
      expect(Tags).toEqual([
        { Key: 'b', Value: '2' },
        { Key: 'c', Value: '' },
      ])
    })

    it('are at most 50, and none begins with aws:', async () => {
      const SecretId = await secretWith(subject, 1)
      const Tags = Array.from({ length: 51 }, (_, nth) => ({ Key: `k${nth}`, Value: '' }))
      expect(await refusalOf(calls().tag({ SecretId, Tags }))).toBe('InvalidParameterException')
      const reserved = { SecretId, Tags: [{ Key: 'aws:mine', Value: '' }] }
      expect(await refusalOf(calls().tag(reserved))).toBe('InvalidParameterException')
    })
  })

  describe('a resource policy', () => {
    it('is put, read and deleted', async () => {
      const SecretId = await secretWith(subject, 1)
      const ResourcePolicy = policy({ AWS: 'arn:aws:iam::111111111111:root' })
      expect((await calls().policy(SecretId)).ResourcePolicy).toBeUndefined()
      await calls().putPolicy({ SecretId, ResourcePolicy, BlockPublicPolicy: true })
      expect((await calls().policy(SecretId)).ResourcePolicy).toBe(ResourcePolicy)
      await calls().deletePolicy(SecretId)
      await calls().deletePolicy(SecretId)
      expect((await calls().policy(SecretId)).ResourcePolicy).toBeUndefined()
    })

    it.each(['not json', '[]', '{"Statement":[]}', '{"Statement":[{"Effect":"Maybe"}]}'])(
      'of %s is MalformedPolicyDocumentException',
      async ResourcePolicy => {
        const SecretId = await secretWith(subject, 1)
        expect(await refusalOf(calls().putPolicy({ SecretId, ResourcePolicy }))).toBe(
          'MalformedPolicyDocumentException',
        )
      },
    )

    it.each([['*'], [{ AWS: '*' }], [{ AWS: ['*'] }]])(
      'for %j is PublicPolicyException when public ones are blocked',
      async principal => {
        const put = { SecretId: await secretWith(subject, 1), ResourcePolicy: policy(principal) }
        expect(await refusalOf(calls().putPolicy({ ...put, BlockPublicPolicy: true }))).toBe('PublicPolicyException')
        expect(await refusalOf(calls().putPolicy(put))).toBe('none')
      },
    )
  })

  describe('a secret that does not exist', () => {
    it('is ResourceNotFoundException to every operation', async () => {
      const SecretId = subject.newName()
      const refused = {
        get: calls().get({ SecretId }),
        put: calls().put({ SecretId, SecretString: 'v' }),
        update: calls().update({ SecretId, SecretString: 'v' }),
        describe: calls().describe(SecretId),
        versions: calls().versions({ SecretId }),
        move: calls().move({ SecretId, VersionStage: 'MINE', MoveToVersionId: token(1) }),
        remove: calls().remove({ SecretId }),
        restore: calls().restore(SecretId),
        rotate: calls().rotate({ SecretId }),
        tag: calls().tag({ SecretId, Tags: [] }),
        untag: calls().untag({ SecretId, TagKeys: [] }),
        policy: calls().policy(SecretId),
        putPolicy: calls().putPolicy({ SecretId, ResourcePolicy: policy('*') }),
        deletePolicy: calls().deletePolicy(SecretId),
      }
      const refusals = await Promise.all(Object.values(refused).map(refusalOf))
      const byOperation = Object.keys(refused).map((operation, nth) => `${operation}: ${refusals[nth]}`)
      expect(byOperation).toEqual(Object.keys(refused).map(operation => `${operation}: ResourceNotFoundException`))
    })
  })
}
