import { describe, expect, it } from '@jest/globals'
import { refusalOf, token } from './calls'
import { day, hour, labelsOf, secretWith } from './subject'
import type { Subject } from './subject'

export function versionRules(subject: Subject): void {
  const calls = subject.calls

  describe('creating', () => {
    it('makes the ClientRequestToken the version id, and that version current', async () => {
      const Name = subject.newName()
      const created = await calls().create({ Name, SecretString: 'v', ClientRequestToken: token(1) })
      expect(created).toMatchObject({ Name, VersionId: token(1) })
      expect(await labelsOf(subject, Name)).toEqual({ [token(1)]: ['AWSCURRENT'] })
    })

    it('without a value makes a secret without versions', async () => {
      const Name = subject.newName()
      expect((await calls().create({ Name })).VersionId).toBeUndefined()
      expect((await calls().describe(Name)).VersionIdsToStages).toBeUndefined()
      expect(await refusalOf(calls().get({ SecretId: Name }))).toBe('ResourceNotFoundException')
    })

    it('again with the same token and value changes nothing', async () => {
      const name = await secretWith(subject, 2)
      const { ARN } = await calls().describe(name)
      const again = await calls().create({ Name: name, SecretString: '1', ClientRequestToken: token(1) })
      expect(again).toMatchObject({ ARN, VersionId: token(1) })
      expect(await labelsOf(subject, name)).toEqual({ [token(1)]: ['AWSPREVIOUS'], [token(2)]: ['AWSCURRENT'] })
    })

    it.each([
      ['another token', { SecretString: '1', ClientRequestToken: token(9) }],
      ['another value', { SecretString: 'other', ClientRequestToken: token(1) }],
      ['no value', { ClientRequestToken: token(1) }],
    ])('a name that exists with %s is ResourceExistsException', async (_what, input) => {
      const Name = await secretWith(subject, 1)
      expect(await refusalOf(calls().create({ Name, ...input }))).toBe('ResourceExistsException')
      expect((await calls().get({ SecretId: Name })).SecretString).toBe('1')
    })

    it('sixteen times at once makes one secret', async () => {
      const Name = subject.newName()
      const tokens = Array.from({ length: 16 }, (_, nth) => token(nth))
      const refusals = await Promise.all(
        tokens.map(ClientRequestToken => refusalOf(calls().create({ Name, SecretString: 'v', ClientRequestToken }))),
      )
      expect(refusals.filter(refusal => refusal === 'none')).toHaveLength(1)
      expect(refusals.filter(refusal => refusal === 'ResourceExistsException')).toHaveLength(15)
    })
  })

  describe('putting', () => {
    it('without stages moves AWSCURRENT, and AWSPREVIOUS to the version that had it', async () => {
      const name = await secretWith(subject, 2)
      const put = await calls().put({ SecretId: name, SecretString: '3', ClientRequestToken: token(3) })
      expect(put).toMatchObject({ Name: name, VersionId: token(3), VersionStages: ['AWSCURRENT'] })
      expect(await labelsOf(subject, name)).toEqual({ [token(2)]: ['AWSPREVIOUS'], [token(3)]: ['AWSCURRENT'] })
    })

    it('with stages attaches exactly those, and takes them from other versions', async () => {
      const SecretId = await secretWith(subject, 1)
      for (const nth of [2, 3]) {
        const stages = { VersionStages: ['STAGED', `N${nth}`] }
        await calls().put({ SecretId, SecretString: 'v', ClientRequestToken: token(nth), ...stages })
      }
      expect(await labelsOf(subject, SecretId)).toEqual({
        [token(1)]: ['AWSCURRENT'],
        [token(2)]: ['N2'],
        [token(3)]: ['STAGED', 'N3'],
      })
    })

    it('the first version gets AWSCURRENT as well as its stages', async () => {
      const Name = subject.newName()
      await calls().create({ Name })
      const VersionStages = ['STAGED']
      await calls().put({ SecretId: Name, SecretString: 'v', ClientRequestToken: token(1), VersionStages })
      expect((await labelsOf(subject, Name))[token(1)]?.toSorted()).toEqual(['AWSCURRENT', 'STAGED'])
    })

    it('a known token with the same value succeeds and moves no label', async () => {
      const SecretId = await secretWith(subject, 3)
      const before = await labelsOf(subject, SecretId)
      for (const stages of [{}, { VersionStages: ['STAGED'] }]) {
        const put = await calls().put({ SecretId, SecretString: '1', ClientRequestToken: token(1), ...stages })
        expect(put.VersionId).toBe(token(1))
      }
      expect(await labelsOf(subject, SecretId)).toEqual(before)
    })

    it('a known token with another value is ResourceExistsException', async () => {
      const SecretId = await secretWith(subject, 1)
      const put = calls().put({ SecretId, SecretString: 'other', ClientRequestToken: token(1) })
      expect(await refusalOf(put)).toBe('ResourceExistsException')
      expect((await calls().get({ SecretId })).SecretString).toBe('1')
    })

    it('a known token with the same bytes as a binary value is ResourceExistsException', async () => {
      const SecretId = await secretWith(subject, 1)
      const put = calls().put({ SecretId, SecretBinary: Buffer.from('1'), ClientRequestToken: token(1) })
      expect(await refusalOf(put)).toBe('ResourceExistsException')
    })

    it('at once keeps every version and one AWSCURRENT', async () => {
      const SecretId = await secretWith(subject, 1)
      const tokens = Array.from({ length: 32 }, (_, nth) => token(nth + 2))
      await Promise.all(
        tokens.map(ClientRequestToken => calls().put({ SecretId, SecretString: 'v', ClientRequestToken })),
      )
      const { Versions = [] } = await calls().versions({ SecretId, IncludeDeprecated: true })
      expect(new Set(Versions.map(({ VersionId }) => VersionId))).toEqual(new Set([token(1), ...tokens]))
      expect(Versions).toHaveLength(33)
      const labels = Object.values(await labelsOf(subject, SecretId)).flat()
      expect(labels.toSorted()).toEqual(['AWSCURRENT', 'AWSPREVIOUS'])
    })
  })

  describe('the limit of 100 versions', () => {
    it('is LimitExceededException while none of them is both unlabelled and older than 24 h', async () => {
      const SecretId = await secretWith(subject, 100)
      subject.pass(day)
      const put = { SecretId, SecretString: '101', ClientRequestToken: token(101) }
      expect(await refusalOf(calls().put(put))).toBe('LimitExceededException')
      expect((await calls().get({ SecretId })).SecretString).toBe('100')
    })

    it('drops the oldest unlabelled version that is older than 24 h', async () => {
      const SecretId = await secretWith(subject, 100)
      const oldest = { SecretId, VersionStage: 'KEPT', MoveToVersionId: token(1) }
      await calls().move(oldest)
      subject.pass(day + hour)
      await calls().put({ SecretId, SecretString: '101', ClientRequestToken: token(101) })
      const { Versions = [] } = await calls().versions({ SecretId, IncludeDeprecated: true })
      expect(Versions).toHaveLength(100)
      expect(await refusalOf(calls().get({ SecretId, VersionId: token(2) }))).toBe('ResourceNotFoundException')
      expect((await calls().get({ SecretId, VersionId: token(1) })).SecretString).toBe('1')
      expect((await calls().get({ SecretId, VersionId: token(3) })).SecretString).toBe('3')
    })
  })
}
