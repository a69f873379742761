import { expect, it } from '@jest/globals'
import { bearer, tenant, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'

it('200 shows the secret’s state: live keys only, no secret, the mirror by name', async () => {
  const { rotate, send, token, base, id, clock } = await ownEndpoint()
  await rotate({ overlapSeconds: 10 })
  const latest = await rotate({ overlapSeconds: 60 })
  const before = await send('GET', `${base}/secret`, bearer(token))
  expect(before.status).toBe(200)
  const unproven = { signsFrom: null, proof: null }
  const retiring = { id: expect.any(String), state: 'retiring', hint: expect.stringMatching(/^.{4}$/), ...unproven }
  const hint = textAt(latest, 'signingSecret').slice(-4)
  const signing = { id: textAt(latest, 'keyId'), state: 'signing', hint, ...unproven, expiresAt: null }
  expect(before.json).toEqual({
    version: 3,
    revision: expect.any(Number),
    signingKeyId: textAt(latest, 'keyId'),
    hint,
    keys: [
      { ...signing, createdAt: '2026-11-21T12:00:00.002Z' },
      { ...retiring, createdAt: '2026-11-21T12:00:00.001Z', expiresAt: '2026-11-21T12:01:00.002Z' },
      { ...retiring, createdAt: '2026-11-21T12:00:00.000Z', expiresAt: '2026-11-21T12:00:10.001Z' },
    ],
    mirror: { state: 'current', name: `keyturn/test/${tenant}/${id}`, error: null },
  })
  clock.now = new Date('2026-11-21T12:00:10.001Z')
  expect(Object(await send('GET', `${base}/secret`, bearer(token))).json.keys).toHaveLength(2)
})
