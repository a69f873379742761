import { describe, expect, it } from '@jest/globals'
import { storno } from '../../../src/contracts/storno'
import { thesignup } from '../../../src/contracts/thesignup'
import { bedFor, failing, type HookBed } from './hook-bed'
import { secretOf, token } from './model'

describe('testSecret', () => {
  it('passes without a pending value, as with a rotation that does not begin at once', async () => {
    await bedFor(storno).run('testSecret')
  })

  it('refuses a secret that is none of the contract’s', async () => {
    const { rotatedSecret, run } = bedFor(thesignup)
    for (const text of ['whsec_', 'sec_AAAA', 'whsec_not base64!']) {
      rotatedSecret.versions.set(token, { text, labels: ['AWSPENDING'] })
      await expect(run('testSecret')).rejects.toEqual(failing('secret-malformed'))
    }
  })

  it('names whitespace around a secret that keeps it from being a key', async () => {
    const { rotatedSecret, run } = bedFor(thesignup)
    for (const text of [
      `${secretOf(thesignup, 1)}\n`,
      ` ${secretOf(thesignup, 1)}`,
      `\ufeff${secretOf(thesignup, 1)}`,
    ]) {
      rotatedSecret.versions.set(token, { text, labels: ['AWSPENDING'] })
      await expect(run('testSecret')).rejects.toEqual(failing('secret-with-whitespace'))
    }
  })

  it('takes a secret with whitespace as it stands where the whole text is the key, and logs it', async () => {
    const logged: string[] = []
    const { rotatedSecret, run } = bedFor(storno, ({ vendor, log }) => ({
      vendor: { ...vendor, look: async () => null },
      log: { ...log, info: message => void logged.push(message) },
    }))
    rotatedSecret.versions.set(token, { text: `${secretOf(storno, 1)}\n`, labels: ['AWSPENDING'] })
    await run('testSecret')
    expect(logged).toContain('the secret has whitespace around it')
  })

  it('takes a secret of another length than Keyturn’s own', async () => {
    const { rotatedSecret, run } = bedFor(thesignup, ({ vendor }) => ({
      vendor: { ...vendor, look: async () => null },
    }))
    rotatedSecret.versions.set(token, { text: 'whsec_c2hvcnRlcg==', labels: ['AWSPENDING'] })
    await run('testSecret')
  })

  it('refuses a secret other than the one that the vendor shows a hint or a mask of', async () => {
    const shown = (look: { hint: string | null; mask: string | null }) =>
      bedFor(storno, ({ vendor }) => ({ vendor: { ...vendor, look: async () => look } }))
    const checked = async (bed: HookBed): Promise<void> => {
      await bed.run('createSecret')
      await bed.run('testSecret')
    }
    await checked(shown({ hint: secretOf(storno, 1).slice(-4), mask: null }))
    await checked(shown({ hint: null, mask: `whsec_${'•'.repeat(24)}` }))
    await expect(checked(shown({ hint: '....', mask: null }))).rejects.toEqual(failing('secret-differs'))
    await expect(checked(shown({ hint: null, mask: 'whsec_' }))).rejects.toEqual(failing('secret-differs'))
  })
})
