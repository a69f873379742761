import { describe, expect, it } from '@jest/globals'
import {
  forgetPending,
  keepOpening,
  keepPending,
  keepSessionId,
  keptOpening,
  keptPending,
  keptSessionId,
  memoryStorage,
  type PendingRotation,
  tabStorage,
} from '../../../src/portal/kept'
import { at, noon } from './rings'

const ada = { tenantId: 'acme', subject: 'ada' }

const pending: PendingRotation = {
  kind: 'rotate',
  idempotencyKey: 'one',
  ...ada,
  at: at(-10),
  endpointId: 'ep_1',
  body: { signing: 'manual', ifRevision: 7 },
}

describe('what a tab keeps', () => {
  it('is each unfinished request as it was sent, until it is closed', () => {
    const storage = memoryStorage()
    keepPending(storage, pending)
    keepPending(storage, { ...pending, idempotencyKey: 'two' })
    keepPending(storage, pending)
    expect(keptPending(storage, ada, noon).map(({ idempotencyKey }) => idempotencyKey)).toEqual(['two', 'one'])
    forgetPending(storage, 'two')
    expect(keptPending(storage, ada, noon)).toEqual([pending])
    forgetPending(storage, 'one')
    expect(storage.getItem('keyturn-pending')).toBeNull()
  })

  it("is never another person's or another account's to repeat", () => {
    const storage = memoryStorage()
    keepPending(storage, pending)
    expect(keptPending(storage, { ...ada, subject: 'bob' }, noon)).toEqual([])
    expect(keptPending(storage, { ...ada, tenantId: 'other' }, noon)).toEqual([])
    expect(keptPending(storage, ada, noon)).toHaveLength(1)
  })

  it('is not repeated once the API may have forgotten it, when it would rotate again', () => {
    const storage = memoryStorage()
    keepPending(storage, { ...pending, at: at(-23 * 60) })
    expect(keptPending(storage, ada, noon)).toEqual([])
  })

  it('is the pair that is being exchanged, and the session after that', () => {
    const storage = memoryStorage()
    keepOpening(storage, { code: 'kpc_', nonce: 'n' })
    expect(keptOpening(storage)).toEqual({ code: 'kpc_', nonce: 'n' })
    keepOpening(storage, null)
    expect(keptOpening(storage)).toBeNull()
    keepSessionId(storage, 'ps_0123456789abcdefghijklmn')
    expect(keptSessionId(storage)).toBe('ps_0123456789abcdefghijklmn')
    keepSessionId(storage, null)
    expect(keptSessionId(storage)).toBeNull()
  })

  it('is nothing where the storage holds something else', () => {
    const storage = memoryStorage()
    for (const text of ['{', '[1, {"kind": "rotate"}, null]', '{"kind": "rotate"}', 'null']) {
      storage.setItem('keyturn-pending', text)
      storage.setItem('keyturn-opening', text)
      storage.setItem('keyturn-session', text)
      expect([keptPending(storage, ada, noon), keptOpening(storage), keptSessionId(storage)]).toEqual([[], null, null])
    }
  })

  it('lasts until a reload where the browser lets nobody have a storage', () => {
    const storage = tabStorage(() => {
      throw new DOMException('denied', 'SecurityError')
    })
    keepSessionId(storage, 'ps_0123456789abcdefghijklmn')
    expect(keptSessionId(storage)).toBe('ps_0123456789abcdefghijklmn')
  })
})
