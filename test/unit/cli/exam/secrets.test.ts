import { describe, expect, it } from '@jest/globals'
import { parseSecrets } from '../../../../cli/exam/secrets'
import { utf8Text, whsecBase64 } from '../../../../src/verify'
import { NOON, whsec } from '../../verify/secrets'

const name = 'secrets.json'

function parse(content: unknown, format: typeof whsecBase64 | typeof utf8Text = whsecBase64) {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return parseSecrets({ text, name }, format, NOON)
}

function key(fill: number, expiresAt?: string | null) {
  return { id: 'key', secret: whsec(fill), createdAt: '2026-11-01T00:00:00Z', expiresAt }
}

describe("a receiver's secrets", () => {
  it('are those of a mirror, told apart by whether they have ended', () => {
    const keys = [key(5, null), key(4, '2026-11-21T13:00:00Z'), key(3, '2026-11-21T11:00:00.000Z'), key(2)]
    expect(parse({ tenantId: 'org_1', signingSecret: whsec(5), keys })).toEqual({
      live: [whsec(5), whsec(4), whsec(2)],
      ended: [whsec(3)],
      ending: 0,
      tenantId: 'org_1',
      isDocument: true,
    })
  })

  it('leave out what ends, or ended, within a minute: two clocks may differ as much', () => {
    const keys = [key(5, null), key(4, '2026-11-21T12:00:30Z'), key(3, '2026-11-21T11:59:30Z')]
    expect(parse({ keys })).toMatchObject({ live: [whsec(5)], ended: [], ending: 2 })
  })

  it('are live where they were taken up again after they had ended', () => {
    const keys = [key(5, null), key(4, '2026-11-21T11:00:00Z'), key(5, '2026-11-21T10:00:00Z')]
    expect(parse({ keys })).toMatchObject({ live: [whsec(5)], ended: [whsec(4)], ending: 0 })
  })

  it('may be one secret, as it stands', () => {
    expect(parse(whsec(1))).toMatchObject({ live: [whsec(1)], isDocument: false })
    expect(parse('{not json', utf8Text)).toMatchObject({ live: ['{not json'] })
  })

  it.each<[string, unknown, string]>([
    ['nothing', '', 'secrets.json holds no secret'],
    ['a secret with a space', `${whsec(1)} `, 'secrets.json has whitespace around the secret'],
    [
      'a secret of another form',
      'not base64!',
      "secrets.json must be base64 after whsec_, as the scheme's secrets are",
    ],
    ['an empty secret', 'whsec_', "secrets.json must be base64 after whsec_, as the scheme's secrets are"],
    ['no keys', {}, 'secrets.json: keys must be given'],
    ['an empty list', { keys: [] }, 'secrets.json: keys must hold a key'],
    ['no list', { keys: 7 }, 'secrets.json: keys must be a list of keys'],
    ['a list', [whsec(1)], 'secrets.json: keys must be a list of keys'],
    ['a tenant that is none', { keys: [key(1)], tenantId: 7 }, 'secrets.json: tenantId must be a text'],
    ['a key without its secret', { keys: [{ id: 'a' }] }, 'secrets.json: keys[0].secret must be given'],
    ['a key that is none', { keys: [key(1), 'secret'] }, 'secrets.json: keys[1] must be a key'],
    [
      'an end that is no time',
      { keys: [key(1, 'tomorrow')] },
      'secrets.json: keys[0].expiresAt must be a time such as 2027-01-31T12:00:00Z, or null',
    ],
    [
      'a key of another form',
      { keys: [key(1), { secret: 'whsec_!' }] },
      "secrets.json: keys[1].secret must be base64 after whsec_, as the scheme's secrets are",
    ],
    [
      'ended keys alone',
      { keys: [key(1, '2026-11-21T11:00:00Z')] },
      'secrets.json: no key lives for another minute, and an exam needs one',
    ],
  ])('are refused by the field, and never shown: %s', (_, content, fault) => {
    expect(() => parse(content)).toThrow(new Error(fault))
  })
})
