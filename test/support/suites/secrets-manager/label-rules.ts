import { describe, expect, it } from '@jest/globals'
import { refusalOf, token } from './calls'
import { labelsOf, secretWith } from './subject'
import type { Subject } from './subject'

export function labelRules(subject: Subject): void {
  const calls = subject.calls

  describe('moving a label', () => {
    it('that no version has needs no RemoveFromVersionId', async () => {
      const SecretId = await secretWith(subject, 1)
      const moved = await calls().move({ SecretId, VersionStage: 'MINE', MoveToVersionId: token(1) })
      expect(moved).toMatchObject({ Name: SecretId })
      expect(await labelsOf(subject, SecretId)).toEqual({ [token(1)]: ['AWSCURRENT', 'MINE'] })
    })

    it('from the version that has it takes AWSPREVIOUS along behind AWSCURRENT', async () => {
      const SecretId = await secretWith(subject, 3)
      const move = { VersionStage: 'AWSCURRENT', RemoveFromVersionId: token(3), MoveToVersionId: token(1) }
      await calls().move({ SecretId, ...move })
      expect(await labelsOf(subject, SecretId)).toEqual({ [token(1)]: ['AWSCURRENT'], [token(3)]: ['AWSPREVIOUS'] })
    })

    it('of AWSCURRENT back to the version before swaps the two', async () => {
      const SecretId = await secretWith(subject, 2)
      const move = { VersionStage: 'AWSCURRENT', RemoveFromVersionId: token(2), MoveToVersionId: token(1) }
      await calls().move({ SecretId, ...move })
      expect(await labelsOf(subject, SecretId)).toEqual({ [token(1)]: ['AWSCURRENT'], [token(2)]: ['AWSPREVIOUS'] })
    })

    it.each([
      ['without', {}],
      ['with a wrong', { RemoveFromVersionId: token(1) }],
    ])('that another version has, %s RemoveFromVersionId, is InvalidParameterException', async (_what, from) => {
      const SecretId = await secretWith(subject, 3)
      const before = await labelsOf(subject, SecretId)
      const move = calls().move({ SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token(2), ...from })
      expect(await refusalOf(move)).toBe('InvalidParameterException')
      expect(await labelsOf(subject, SecretId)).toEqual(before)
    })

    it('that has moved already is InvalidParameterException', async () => {
      const SecretId = await secretWith(subject, 2)
      const move = { VersionStage: 'AWSCURRENT', RemoveFromVersionId: token(2), MoveToVersionId: token(1) }
      await calls().move({ SecretId, ...move })
      expect(await refusalOf(calls().move({ SecretId, ...move }))).toBe('InvalidParameterException')
    })

    it('sixteen times at once from the same version lets one win', async () => {
      const SecretId = await secretWith(subject, 17)
      const move = { SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId: token(17) }
      const refusals = await Promise.all(
        Array.from({ length: 16 }, (_, nth) => refusalOf(calls().move({ ...move, MoveToVersionId: token(nth + 1) }))),
      )
      expect(refusals.filter(refusal => refusal === 'none')).toHaveLength(1)
      expect(refusals.filter(refusal => refusal === 'InvalidParameterException')).toHaveLength(15)
    })

    it.each(['MoveToVersionId', 'RemoveFromVersionId'])(
      'with an unknown %s is ResourceNotFoundException',
      async which => {
        const SecretId = await secretWith(subject, 1)
        const move = calls().move({ SecretId, VersionStage: 'MINE', [which]: token(9) })
        expect(await refusalOf(move)).toBe('ResourceNotFoundException')
      },
    )

    it('to nowhere from nowhere is InvalidParameterException', async () => {
      const SecretId = await secretWith(subject, 1)
      const move = calls().move({ SecretId, VersionStage: 'MINE' })
      expect(await refusalOf(move)).toBe('InvalidParameterException')
    })

    it('past the twentieth label of a secret is LimitExceededException', async () => {
      const SecretId = await secretWith(subject, 2)
      const VersionStages = Array.from({ length: 18 }, (_, nth) => `L${nth}`)
      await calls().put({ SecretId, SecretString: '3', ClientRequestToken: token(3), VersionStages })
      const move = calls().move({ SecretId, VersionStage: 'ONE-MORE', MoveToVersionId: token(3) })
      expect(await refusalOf(move)).toBe('LimitExceededException')
      const put = calls().put({ SecretId, SecretString: '4', VersionStages: ['ONE-MORE'] })
      expect(await refusalOf(put)).toBe('LimitExceededException')
    })
  })

  describe('removing a label', () => {
    it('leaves its version without it, and out of what describe shows', async () => {
      const SecretId = await secretWith(subject, 2)
      await calls().move({ SecretId, VersionStage: 'AWSPREVIOUS', RemoveFromVersionId: token(1) })
      expect(await labelsOf(subject, SecretId)).toEqual({ [token(2)]: ['AWSCURRENT'] })
      expect((await calls().get({ SecretId, VersionId: token(1) })).SecretString).toBe('1')
    })

    it('of AWSCURRENT is InvalidParameterException', async () => {
      const SecretId = await secretWith(subject, 1)
      const move = calls().move({ SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId: token(1) })
      expect(await refusalOf(move)).toBe('InvalidParameterException')
      expect((await calls().get({ SecretId })).SecretString).toBe('1')
    })

    it('from a version that has not got it is InvalidParameterException', async () => {
      const SecretId = await secretWith(subject, 2)
      const move = calls().move({ SecretId, VersionStage: 'AWSPREVIOUS', RemoveFromVersionId: token(2) })
      expect(await refusalOf(move)).toBe('InvalidParameterException')
    })
  })
}
