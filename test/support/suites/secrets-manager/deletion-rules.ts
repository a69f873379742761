import { describe, expect, it } from '@jest/globals'
import { refusalOf, token } from './calls'
import { day, secretWith } from './subject'
import type { Subject } from './subject'

export function deletionRules(subject: Subject): void {
  const calls = subject.calls

  describe('deleting', () => {
    it.each([
      ['30 days on', {}, 30],
      ['7 days on', { RecoveryWindowInDays: 7 }, 7],
      ['30 days on when asked for', { RecoveryWindowInDays: 30 }, 30],
    ])('is due %s', async (_what, window, days) => {
      const SecretId = await secretWith(subject, 1)
      const createdAt = (await calls().describe(SecretId)).CreatedDate?.getTime() ?? 0
      const { DeletionDate } = await calls().remove({ SecretId, ...window })
      expect(DeletionDate).toEqual(new Date(createdAt + days * day))
      expect((await calls().describe(SecretId)).DeletedDate).toEqual(DeletionDate)
    })

    it.each([
      ['6 days', { RecoveryWindowInDays: 6 }],
      ['31 days', { RecoveryWindowInDays: 31 }],
      ['a window and by force', { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }],
    ])('with %s is InvalidParameterException', async (_what, window) => {
      const SecretId = await secretWith(subject, 1)
      expect(await refusalOf(calls().remove({ SecretId, ...window }))).toBe('InvalidParameterException')
      expect((await calls().get({ SecretId })).SecretString).toBe('1')
    })

    it('makes every operation on the secret InvalidRequestException', async () => {
      const SecretId = await secretWith(subject, 1)
      await calls().remove({ SecretId })
      const refused = {
        get: calls().get({ SecretId }),
        getById: calls().get({ SecretId, VersionId: token(1) }),
        put: calls().put({ SecretId, SecretString: 'v' }),
        update: calls().update({ SecretId, Description: 'd' }),
        move: calls().move({ SecretId, VersionStage: 'MINE', MoveToVersionId: token(1) }),
        remove: calls().remove({ SecretId }),
        rotate: calls().rotate({ SecretId }),
        tag: calls().tag({ SecretId, Tags: [{ Key: 'k', Value: 'v' }] }),
        untag: calls().untag({ SecretId, TagKeys: ['k'] }),
        policy: calls().policy(SecretId),
        putPolicy: calls().putPolicy({ SecretId, ResourcePolicy: '{"Statement":{"Effect":"Deny"}}' }),
        deletePolicy: calls().deletePolicy(SecretId),
        create: calls().create({ Name: SecretId, SecretString: '1', ClientRequestToken: token(1) }),
      }
      const refusals = await Promise.all(Object.values(refused).map(refusalOf))
      const byOperation = Object.keys(refused).map((operation, nth) => `${operation}: ${refusals[nth]}`)
      expect(byOperation).toEqual(Object.keys(refused).map(operation => `${operation}: InvalidRequestException`))
    })

    it('leaves the secret to describe and to list its versions', async () => {
      const SecretId = await secretWith(subject, 2)
      await calls().remove({ SecretId })
      expect((await calls().describe(SecretId)).Name).toBe(SecretId)
      expect((await calls().versions({ SecretId })).Versions).toHaveLength(2)
    })

    it('hides the secret from lists unless they include planned deletions', async () => {
      const name = await secretWith(subject, 1)
      await calls().remove({ SecretId: name })
      const Filters = [{ Key: 'name' as const, Values: [name] }]
      expect((await calls().list({ Filters })).SecretList).toEqual([])
      const { SecretList = [] } = await calls().list({ Filters, IncludePlannedDeletion: true })
      expect(SecretList.map(({ Name }) => Name)).toEqual([name])
    })

    it('is undone by restoring, values and labels included', async () => {
      const SecretId = await secretWith(subject, 2)
      await calls().remove({ SecretId })
      await calls().restore(SecretId)
      expect((await calls().describe(SecretId)).DeletedDate).toBeUndefined()
      expect((await calls().get({ SecretId })).SecretString).toBe('2')
      expect((await calls().get({ SecretId, VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('1')
    })

    it('is over when the window is: the name is free', async () => {
      const name = await secretWith(subject, 1)
      await calls().remove({ SecretId: name, RecoveryWindowInDays: 7 })
      subject.pass(7 * day - 1)
      expect(await refusalOf(calls().create({ Name: name, SecretString: 'new' }))).toBe('InvalidRequestException')
      subject.pass(1)
      expect(await refusalOf(calls().restore(name))).toBe('ResourceNotFoundException')
      await calls().create({ Name: name, SecretString: 'new' })
      expect((await calls().get({ SecretId: name })).SecretString).toBe('new')
      expect(await refusalOf(calls().get({ SecretId: name, VersionId: token(1) }))).toBe('ResourceNotFoundException')
    })

    it('by force ends the secret at once, scheduled or not, and frees its name', async () => {
      for (const scheduled of [false, true]) {
        const name = await secretWith(subject, 1)
        const { ARN = '' } = await calls().describe(name)
        if (scheduled) await calls().remove({ SecretId: name })
        await calls().remove({ SecretId: name, ForceDeleteWithoutRecovery: true })
        expect(await refusalOf(calls().describe(name))).toBe('ResourceNotFoundException')
        await calls().create({ Name: name, SecretString: 'new' })
        expect(await refusalOf(calls().describe(ARN))).toBe('ResourceNotFoundException')
      }
    })

    it('by force succeeds for a secret that does not exist', async () => {
      const SecretId = subject.newName()
      expect(await refusalOf(calls().remove({ SecretId, ForceDeleteWithoutRecovery: true }))).toBe('none')
    })
  })

  describe('restoring', () => {
    it('a secret that is not scheduled for deletion changes nothing', async () => {
      const SecretId = await secretWith(subject, 1)
      expect(await refusalOf(calls().restore(SecretId))).toBe('none')
      expect((await calls().get({ SecretId })).SecretString).toBe('1')
    })
  })

  describe('rotating', () => {
    it('without a function is InvalidRequestException', async () => {
      const SecretId = await secretWith(subject, 1)
      expect(await refusalOf(calls().rotate({ SecretId }))).toBe('InvalidRequestException')
    })
  })
}
