import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { Secret } from '../../../src/core/secret'
import { openedKeyCache, openedKeyCapacity, openedKeySeconds } from '../../../src/delivery/opened-key-cache'
import type { Key } from '../../../src/rotation/ring'
import { collectGarbage } from '../../support/collect-garbage'
import { noon } from '../../support/suites/sample-endpoint'

const owner = { tenantId: 'org_1', endpointId: 'ep_1' }
const key: Key = { id: 'key_1', sealed: 'YQ==', hint: 'aaaa', mask: null, createdAt: noon, expiresAt: null }

function countingCache() {
  let time = noon
  let opened = 0
  const secrets: WeakRef<Secret>[] = []
  const sealer = {
    open: async () => {
      opened += 1
      const secret = new Secret(`secret ${opened}`)
      secrets.push(new WeakRef(secret))
      return secret
    },
  }
  const open = openedKeyCache(sealer, () => time)
  return { open, sealer, secrets, opened: () => opened, pass: (seconds: number) => (time = addSeconds(time, seconds)) }
}

describe('openedKeyCache', () => {
  it('opens a key once in five minutes, and once for many at the same time', async () => {
    const { open, opened, pass } = countingCache()
    await Promise.all([open(key, owner), open(key, owner)])
    pass(openedKeySeconds - 1)
    await open(key, owner)
    expect(opened()).toBe(1)
    pass(1)
    await open(key, owner)
    expect(opened()).toBe(2)
  })

  it('holds on to nothing for longer than five minutes while it is asked for other keys', async () => {
    const { open, pass, secrets } = countingCache()
    await open(key, owner)
    await open({ ...key, id: 'key_2' }, owner)
    pass(openedKeySeconds)
    await open({ ...key, id: 'key_3' }, owner)
    await collectGarbage()
    expect(secrets.map(secret => secret.deref() !== undefined)).toEqual([false, false, true])
  })

  it.each([
    ['tenant', key, { ...owner, tenantId: 'org_2' }],
    ['endpoint', key, { ...owner, endpointId: 'ep_2' }],
    ['key id', { ...key, id: 'key_2' }, owner],
    ['ciphertext', { ...key, sealed: 'Yg==' }, owner],
  ])('never answers for another %s', async (_name, other, otherOwner) => {
    const { open, opened } = countingCache()
    await open(key, owner)
    await open(other, otherOwner)
    expect(opened()).toBe(2)
  })

  it('forgets the oldest beyond its capacity', async () => {
    const { open, opened } = countingCache()
    for (let index = 0; index <= openedKeyCapacity; index += 1) await open({ ...key, id: `key_${index}` }, owner)
    await open({ ...key, id: 'key_1' }, owner)
    expect(opened()).toBe(openedKeyCapacity + 1)
    await open({ ...key, id: 'key_0' }, owner)
    expect(opened()).toBe(openedKeyCapacity + 2)
  })

  it('does not keep a failure', async () => {
    const { open, sealer } = countingCache()
    const { open: works } = sealer
    sealer.open = () => Promise.reject(new Error('throttled'))
    await expect(open(key, owner)).rejects.toThrow('throttled')
    sealer.open = works
    expect((await open(key, owner)).reveal()).toBe('secret 1')
  })
})
