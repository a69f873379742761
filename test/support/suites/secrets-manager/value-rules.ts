import { describe, expect, it } from '@jest/globals'
import { refusalOf, token } from './calls'
import { secretWith } from './subject'
import type { Subject } from './subject'

export function valueRules(subject: Subject): void {
  const calls = subject.calls

  describe('getting', () => {
    it('answers the version that is AWSCURRENT', async () => {
      const SecretId = await secretWith(subject, 2)
      const { ARN, CreatedDate, ...got } = await calls().get({ SecretId })
      expect(got).toMatchObject({
        Name: SecretId,
        VersionId: token(2),
        SecretString: '2',
        VersionStages: ['AWSCURRENT'],
      })
      expect(ARN).toMatch(/^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:suite\/secret-[0-9]+-[A-Za-z0-9]{6}$/)
      expect(CreatedDate).toBeInstanceOf(Date)
    })

    it('answers by label, by id, and by both', async () => {
      const SecretId = await secretWith(subject, 2)
      const byStage = await calls().get({ SecretId, VersionStage: 'AWSPREVIOUS' })
      const byId = await calls().get({ SecretId, VersionId: token(1) })
      const byBoth = await calls().get({ SecretId, VersionId: token(1), VersionStage: 'AWSPREVIOUS' })
      expect([byStage, byId, byBoth].map(({ SecretString }) => SecretString)).toEqual(['1', '1', '1'])
    })

    it('a version without a label is found by its id', async () => {
      const SecretId = await secretWith(subject, 3)
      const got = await calls().get({ SecretId, VersionId: token(1) })
      expect([got.SecretString, got.VersionStages]).toEqual(['1', undefined])
    })

    it('an id and a label that disagree are InvalidRequestException', async () => {
      const SecretId = await secretWith(subject, 2)
      const get = calls().get({ SecretId, VersionId: token(1), VersionStage: 'AWSCURRENT' })
      expect(await refusalOf(get)).toBe('InvalidRequestException')
    })

    it.each([
      ['label', { VersionStage: 'AWSPENDING' }],
      ['id', { VersionId: token(9) }],
      ['id with a known label', { VersionId: token(9), VersionStage: 'AWSCURRENT' }],
    ])('an unknown %s is ResourceNotFoundException', async (_what, version) => {
      const SecretId = await secretWith(subject, 1)
      expect(await refusalOf(calls().get({ SecretId, ...version }))).toBe('ResourceNotFoundException')
    })
  })

  describe('a value', () => {
    it('comes back as the bytes that were put', async () => {
      const SecretId = await secretWith(subject, 1)
      const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      await calls().put({ SecretId, SecretBinary: bytes })
      const got = await calls().get({ SecretId })
      expect([got.SecretBinary, got.SecretString]).toEqual([bytes, undefined])
    })

    it('may have 64 KiB, counted in bytes', async () => {
      const SecretId = await secretWith(subject, 1)
      const longest = 'é'.repeat(32_768)
      await calls().put({ SecretId, SecretString: longest })
      expect((await calls().get({ SecretId })).SecretString).toBe(longest)
      await calls().put({ SecretId, SecretBinary: new Uint8Array(65_536) })
      expect((await calls().get({ SecretId })).SecretBinary).toHaveLength(65_536)
    })

    it.each([
      ['text of 64 KiB and a byte', { SecretString: `${'é'.repeat(32_768)}x` }, 'ValidationException'],
      ['64 KiB and a byte', { SecretBinary: new Uint8Array(65_537) }, 'ValidationException'],
      ['text and bytes at once', { SecretString: 'v', SecretBinary: Buffer.from('v') }, 'InvalidParameterException'],
    ])('%s is refused by every operation that takes one', async (_what, value, refusal) => {
      const name = await secretWith(subject, 1)
      expect(await refusalOf(calls().create({ Name: subject.newName(), ...value }))).toBe(refusal)
      expect(await refusalOf(calls().put({ SecretId: name, ...value }))).toBe(refusal)
      expect(await refusalOf(calls().update({ SecretId: name, ...value }))).toBe(refusal)
      expect((await calls().get({ SecretId: name })).VersionId).toBe(token(1))
    })

    it.each([{}, { SecretString: '' }, { SecretBinary: new Uint8Array() }])(
      'must be there, and not empty, to be put (%j)',
      async value => {
        const SecretId = await secretWith(subject, 1)
        expect(await refusalOf(calls().put({ SecretId, ...value }))).toBe('InvalidRequestException')
      },
    )
  })

  describe('a ClientRequestToken', () => {
    it.each([32, 64])('of %i characters is taken', async length => {
      const SecretId = await secretWith(subject, 1)
      const put = await calls().put({ SecretId, SecretString: 'v', ClientRequestToken: 't'.repeat(length) })
      expect(put.VersionId).toBe('t'.repeat(length))
    })

    it.each([31, 65])('of %i characters is InvalidParameterException', async length => {
      const name = await secretWith(subject, 1)
      const value = { SecretString: 'v', ClientRequestToken: 't'.repeat(length) }
      expect(await refusalOf(calls().create({ Name: subject.newName(), ...value }))).toBe('InvalidParameterException')
      expect(await refusalOf(calls().put({ SecretId: name, ...value }))).toBe('InvalidParameterException')
      expect(await refusalOf(calls().update({ SecretId: name, ...value }))).toBe('InvalidParameterException')
    })
  })

  describe('a SecretId', () => {
    it('is a name, an ARN, or an ARN without its suffix', async () => {
      const name = await secretWith(subject, 1)
      const arn = (await calls().describe(name)).ARN ?? ''
      for (const SecretId of [name, arn, arn.slice(0, -7)]) {
        expect((await calls().get({ SecretId })).SecretString).toBe('1')
      }
    })

    it('finds a name that ends like an ARN does', async () => {
      const Name = `${subject.newName()}-a1b2c3`
      const { ARN = '' } = await calls().create({ Name, SecretString: 'v' })
      for (const SecretId of [Name, ARN, ARN.slice(0, -7)]) {
        expect((await calls().get({ SecretId })).Name).toBe(Name)
      }
    })

    it.each(['with a space', 'with#hash', 'é'])('that no name can be (%s) is ValidationException', async SecretId => {
      expect(await refusalOf(calls().get({ SecretId }))).toBe('ValidationException')
    })

    it('with another suffix is ResourceNotFoundException', async () => {
      const arn = (await calls().describe(await secretWith(subject, 1))).ARN ?? ''
      const SecretId = `${arn.slice(0, -6)}${arn.endsWith('aaaaaa') ? 'bbbbbb' : 'aaaaaa'}`
      expect(await refusalOf(calls().get({ SecretId }))).toBe('ResourceNotFoundException')
      expect(await refusalOf(calls().put({ SecretId, SecretString: 'v' }))).toBe('ResourceNotFoundException')
    })
  })
}
