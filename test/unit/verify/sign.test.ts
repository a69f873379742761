import { describe, expect, it } from '@jest/globals'
import { sign, standardWebhooks, tenantBodyHex, utf8Text, whsecBase64 } from '../../../src/verify'
import { codeOf } from './code-of'
import { NEW, NOON, NOON_SECONDS, OLD } from './secrets'

const tenantScheme = tenantBodyHex({ header: 'x-v2', bodyHeader: 'x-v1', timestamp: 'x-at', tenant: 'x-org' })

describe('sign', () => {
  it('writes id, timestamp and one signature a live key, newest first', () => {
    const both = sign('{}', [NEW, OLD], { id: 'msg_1', now: NOON })
    const [byNew, byOld] = [NEW, OLD].map(
      secret => sign('{}', [secret], { id: 'msg_1', now: NOON })['webhook-signature'],
    )
    expect(both).toEqual({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(NOON_SECONDS),
      'webhook-signature': `${byNew} ${byOld}`,
    })
    expect(byNew).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/)
  })

  it('takes one secret as well as a list', () => {
    expect(sign('{}', NEW, { id: 'msg_1', now: NOON })).toEqual(sign('{}', [NEW], { id: 'msg_1', now: NOON }))
  })

  it('rounds the time of sending down to seconds', () => {
    const headers = sign('{}', NEW, { id: 'msg_1', now: new Date(NOON.getTime() + 999) })
    expect(headers['webhook-timestamp']).toBe(String(NOON_SECONDS))
  })

  it('takes the clock where no time is given', () => {
    const before = Math.floor(Date.now() / 1000)
    const at = Number(sign('{}', NEW, { id: 'msg_1' })['webhook-timestamp'])
    expect(at).toBeGreaterThanOrEqual(before)
    expect(at).toBeLessThanOrEqual(Date.now() / 1000)
  })

  it('makes the key as it is told rather than as usual for the scheme', () => {
    const message = { id: 'msg_1', now: NOON }
    const usual = sign('{}', NEW, { ...message, scheme: standardWebhooks })
    expect(sign('{}', NEW, { ...message, keyBytes: whsecBase64 })).toEqual(usual)
    expect(sign('{}', NEW, { ...message, keyBytes: utf8Text })).not.toEqual(usual)
    expect(sign('{}', NEW, { ...message, scheme: standardWebhooks })).toEqual(usual)
  })

  it.each([undefined, '', 'msg 1', 'msg.1', 'msg_1\n', 'msg_é'])('refuses the id %j', id => {
    expect(() => sign('{}', NEW, { id, now: NOON })).toThrow(TypeError)
  })

  it.each([undefined, '', 'org 7', 'org\r\n7'])('refuses the tenant %j where the scheme has one', tenant => {
    expect(() => sign('{}', NEW, { scheme: tenantScheme, tenant, now: NOON })).toThrow(TypeError)
  })

  it('refuses a time that is none', () => {
    expect(() => sign('{}', NEW, { id: 'msg_1', now: new Date(Number.NaN) })).toThrow(TypeError)
  })

  it('refuses a secret that is not in its format, also beside a good one', () => {
    const work = (): unknown => sign('{}', [NEW, 'whsec_not base64!'], { id: 'msg_1', now: NOON })
    expect(work).toThrow(expect.objectContaining({ code: 'malformed-secret' }))
  })

  it.each([[[]], ['whsec_'], [[NEW, 'whsec_']]])('refuses the empty secret in %j', secrets => {
    expect(codeOf(() => sign('{}', secrets, { id: 'msg_1', now: NOON }))).toBe('empty-secret')
  })
})
