import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { type CalledReply, memberAt, textAt } from '../../support/api-caller'
import { ownApi } from './bed'
import { rotationsOf, secretStateOf, settledMirror } from './endpoint-state'
import { ownTenant, type ControlPlaneBed } from './bed'
import { publishedEvents } from './stored-records'

const text = expect.any(String)

/** Our own API: what changes a key ring, and how it shows. */
export function ownRingsSuite(bed: () => ControlPlaneBed): void {
  const { call, create, rotate } = ownApi(bed)

  describe('rotating', () => {
    it('200 takes an overlap, a reason and an own secret', async () => {
      const created = await create()
      const secret = `whsec_${randomBytes(40).toString('base64')}`
      const rotated = await rotate(created, { overlapSeconds: 60, reason: 'left on a train', secret })
      expect([rotated.status, textAt(rotated, 'signingSecret')]).toEqual([200, secret])
      const [latest] = await rotationsOf(bed(), created.address)
      expect(latest).toMatchObject({ kind: 'rotate', reason: 'left on a train', overlapSeconds: 60 })
      expect(Date.parse(textAt(rotated, 'previousExpiresAt'))).toBe(Date.parse(latest?.at ?? '') + 60_000)
    })

    it('200 with an overlap of 0 ends every older key at once', async () => {
      const created = await create()
      await rotate(created)
      const rotated = await rotate(created, { overlapSeconds: 0 })
      expect([rotated.status, memberAt(rotated.json, 'previousExpiresAt')]).toEqual([200, null])
      const { document } = await settledMirror(bed(), created.address)
      expect(document.keys).toMatchObject([{ secret: textAt(rotated, 'signingSecret') }])
    })

    it('409 for an Idempotency-Key with another body, and for one of a rotation since superseded', async () => {
      const created = await create()
      const headers = { 'idempotency-key': 'once' }
      await rotate(created, { reason: 'a' }, headers)
      const reused = await rotate(created, { reason: 'b' }, headers)
      expect([reused.status, memberAt(reused.json, 'code')]).toEqual([409, 'idempotency-key-reused'])
      await rotate(created)
      const superseded = await rotate(created, { reason: 'a' }, headers)
      expect([superseded.status, memberAt(superseded.json, 'code')]).toEqual([409, 'rotation-superseded'])
    })

    it.each([
      ['too short', randomBytes(23)],
      ['too long', randomBytes(65)],
    ])('400 for an own secret that is %s, and does not repeat it', async (_, bytes) => {
      const created = await create()
      const secret = `whsec_${bytes.toString('base64')}`
      const reply = await rotate(created, { secret })
      expect([reply.status, memberAt(reply.json, 'errors.0.path')]).toEqual([400, 'secret'])
      expect(reply.text).not.toContain(secret.slice(6, 20))
    })

    it('429 with Retry-After once 80 rotations that end every key were mirrored in 24 hours', async () => {
      const created = await create()
      const replies: CalledReply[] = []
      for (let round = 0; round <= 80; round += 1) replies.push(await rotate(created, { overlapSeconds: 0 }))
      const refused = replies.at(-1)
      expect(replies.map(({ status }) => status)).toEqual([...Array.from({ length: 80 }, () => 200), 429])
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(23 * 60 * 60)
      expect(await secretStateOf(bed(), created.address)).toMatchObject({ version: 81 })
    })
  })

  describe('the state of a secret', () => {
    it('200 says when each live key ends, and nothing that could sign', async () => {
      const created = await create()
      const rotated = await rotate(created, { overlapSeconds: 60 })
      const state = await secretStateOf(bed(), created.address)
      expect(state).toEqual({
        version: 2,
        revision: expect.any(Number),
        signingKeyId: textAt(rotated, 'keyId'),
        hint: textAt(rotated, 'signingSecret').slice(-4),
        keys: [
          {
            id: textAt(rotated, 'keyId'),
            createdAt: text,
            expiresAt: null,
            state: 'signing',
            hint: textAt(rotated, 'signingSecret').slice(-4),
            signsFrom: null,
            proof: null,
          },
          {
            id: textAt(created, 'keyId'),
            createdAt: text,
            expiresAt: textAt(rotated, 'previousExpiresAt'),
            state: 'retiring',
            hint: textAt(created, 'signingSecret').slice(-4),
            signsFrom: null,
            proof: null,
          },
        ],
        mirror: { state: 'current', name: `keyturn/local/${ownTenant}/${created.endpointId}`, error: null },
      })
    })
  })

  describe('revoking the previous keys', () => {
    it('200 ends them in the ring and in the mirror; a second time there are none', async () => {
      const created = await create()
      const rotated = await rotate(created)
      const path = `/v1/endpoints/${created.endpointId}/secret/revoke-previous`
      const revoked = await call('POST', path)
      expect([revoked.status, revoked.json]).toEqual([200, { version: 2, revokedKeyIds: [textAt(created, 'keyId')] }])
      const { document } = await settledMirror(bed(), created.address)
      expect(document.keys).toMatchObject([{ secret: textAt(rotated, 'signingSecret') }])
      expect((await call('POST', path)).json).toEqual({ version: 2, revokedKeyIds: [] })
      const kinds = (await rotationsOf(bed(), created.address, 1)).map(({ kind }) => kind)
      expect(kinds).toEqual(['revoke', 'rotate', 'create'])
      const events = await publishedEvents(bed(), created.address)
      expect(events.map(event => event['detail-type'])).toEqual([
        'endpoint.created',
        'secret.rotated',
        'secret.revoked',
        'secret.expired',
      ])
    })
  })
}
