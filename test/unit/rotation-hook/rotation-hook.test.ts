import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { thesignup } from '../../../src/contracts/thesignup'
import { defaultLostReplyRule } from '../../../src/rotation-hook/ports'
import { rotationHook } from '../../../src/rotation-hook/rotation-hook'
import { bedFor, failing } from './hook-bed'
import { event, firstVersion, modelDeps, modelSecret, modelVendor, steps, token } from './model'

describe('the guards', () => {
  it.each([
    {},
    null,
    { Step: 'rotate' },
    { ...event('createSecret'), ClientRequestToken: 'short' },
    event('drop_secret'),
  ])('refuse %p, which is no event of a rotation', async given => {
    const rotatedSecret = modelSecret('x')
    const hook = rotationHook(modelDeps({ contract: storno, rotatedSecret, vendor: modelVendor(storno) }))
    await expect(hook(given)).rejects.toEqual(failing('bad-event'))
  })

  it('refuse a version that is not pending, a secret without AWSCURRENT, and one whose rotation is off', async () => {
    const { rotatedSecret, run } = bedFor(storno)
    await expect(run('createSecret', 'f'.repeat(32))).rejects.toEqual(failing('not-pending'))
    rotatedSecret.versions.set(firstVersion, { text: 'x', labels: [] })
    await expect(run('createSecret')).rejects.toEqual(failing('no-current-version'))
    const off = bedFor(storno, ({ rotatedSecret: secret }) => ({
      rotatedSecret: { ...secret, describe: async id => ({ ...(await secret.describe(id)), rotationEnabled: false }) },
    }))
    await expect(off.run('createSecret')).rejects.toEqual(failing('rotation-off'))
    expect(off.vendor.made()).toBe(0)
  })

  it('take both spellings of the steps', async () => {
    const { rotatedSecret, run } = bedFor(storno)
    for (const step of ['create_secret', 'set_secret', 'test_secret', 'finish_secret']) await run(step)
    expect(rotatedSecret.versions.get(token)?.labels).toContain('AWSCURRENT')
  })

  it('leave a version alone that is current already', async () => {
    const { vendor, run } = bedFor(storno)
    for (const step of [...steps, ...steps]) await run(step)
    expect(vendor.made()).toBe(1)
  })
})

describe('the rule for a lost reply', () => {
  it('stops by default only where a second rotation ends a key that is still good', () => {
    expect([storno, thesignup, keyturn].map(defaultLostReplyRule)).toEqual(Array(3).fill('rotate-again'))
    expect(defaultLostReplyRule({ ...thesignup, secondRotation: { kind: 'replace' } })).toBe('stop-and-alarm')
    expect(defaultLostReplyRule({ ...thesignup, secondRotation: { kind: 'reject' } })).toBe('rotate-again')
  })
})
