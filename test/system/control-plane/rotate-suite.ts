import { describe, expect, it } from '@jest/globals'
import type { LocalDescription } from '../../../local/local-description'
import type { EndpointAddress } from '../../../src/rotation/ports'
import { assertDocumented } from '../../support/documented-event'
import { textAt } from '../../support/api-caller'
import { type MirrorView, rotationsOf, settledMirror } from './endpoint-state'
import { type RotateRoute, rotateRoutes, rotateThrough } from '../rotate-routes'
import type { ControlPlaneBed } from './bed'
import { auditItems, logLines, publishedEvents } from './stored-records'

const maximumLiveKeys = 5

/** Four rotations of each contract's endpoint, one after the other, and all that is promised of them. */
export function rotateSuite(bed: () => ControlPlaneBed): void {
  describe.each(rotateRoutes)('the rotate route of $contract', route => {
    const address = (): EndpointAddress => addressOf(bed().local, route)

    it('200 shows the new secret in the documented body, which nobody may cache', async () => {
      const reply = await rotateThrough(route, bed())
      expect([reply.status, reply.json]).toEqual([200, route.body(bed().local)])
      expect(Object.fromEntries(reply.headers)).toMatchObject({
        'content-type': expect.stringMatching(/^application\/json(?:;|$)/),
        'cache-control': 'no-store',
        'x-request-id': expect.stringMatching(/./),
      })
      expect(reply.headers.get('idempotency-replayed')).toBeNull()
      expect(textAt(reply, route.secretAt)).toMatch(route.secret)
      expect(await logLines(bed(), reply.headers.get('x-request-id') ?? '')).not.toEqual([])
    })

    it('receivers find the new secret, and the old one for as long as promised', async () => {
      const before = await settledMirror(bed(), address())
      const secret = textAt(await rotateThrough(route, bed()), route.secretAt)
      const after = await settledMirror(bed(), address())
      expect(after.document).toMatchObject({
        ...address(),
        version: before.document.version + 1,
        signingSecret: secret,
      })
      expect(after.labels).toMatchObject({ AWSCURRENT: after.versionId, AWSPREVIOUS: before.versionId })
      expect(after.versionId).toMatch(/^\d{10}-[0-9a-f]{32}$/)
      expect(after.document.keys).toEqual(keysAfter(route, before.document.keys, after.document.keys[0]))
      expect(after.document.keys[0]).toMatchObject({ secret, expiresAt: null })
    })

    it('a second rotation does to the keys before what the contract says', async () => {
      const before = await settledMirror(bed(), address())
      const secret = textAt(await rotateThrough(route, bed()), route.secretAt)
      const { document } = await settledMirror(bed(), address())
      expect(document.signingSecret).toBe(secret)
      expect(document.keys).toEqual(keysAfter(route, before.document.keys, document.keys[0]))
      expect(document.keys).toHaveLength(route.overlapSeconds === 0 ? 1 : 4)
    })

    it('a repeat with the same Idempotency-Key shows the same secret, and says so', async () => {
      const headers = { 'idempotency-key': `repeat-${route.contract}` }
      const [first, ...repeats] = [
        await rotateThrough(route, bed(), { headers }),
        await rotateThrough(route, bed(), { headers }),
        await rotateThrough(route, bed(), { headers }),
      ]
      expect(first.headers.get('idempotency-replayed')).toBeNull()
      for (const repeat of repeats) {
        expect([repeat.status, repeat.json]).toEqual([200, first.json])
        expect(repeat.headers.get('idempotency-replayed')).toBe('true')
        expect(repeat.headers.get('cache-control')).toBe('no-store')
      }
    })

    it('keeps a record of each: in the API, in the table, and as events', async () => {
      const rotations = await rotationsOf(bed(), address(), 2)
      expect(rotations.map(({ kind, version }) => `${kind} ${version}`)).toEqual(expectedRecords)
      const rotated = rotations.filter(({ kind }) => kind === 'rotate')
      for (const each of rotated) expect(each).toMatchObject({ overlapSeconds: route.overlapSeconds, reason: null })
      expect(new Set(rotations.map(({ id }) => id)).size).toBe(rotations.length)
      const items = (await auditItems(bed(), address())).toReversed()
      const stored = rotations.map(({ reason, ...each }) => ({ ...each, ...(reason === null ? {} : { reason }) }))
      expect(items).toMatchObject(stored.map(each => ({ ...address(), ...each, sk: `ROTATION#${each.at}#${each.id}` })))
      const changes = rotations.filter(({ kind }) => kind !== 'replay').toReversed()
      const { contract } = route
      const events = await publishedEvents(bed(), address())
      expect(events.filter(event => event['detail-type'] !== 'secret.expired')).toEqual(
        changes.map(({ kind, id, keyId, version, at, actor, reason, overlapSeconds }) => {
          const type = kind === 'create' ? 'endpoint.created' : 'secret.rotated'
          const overlap = kind === 'create' ? {} : { overlapSeconds }
          const detail = { type, ...address(), id, contract, keyId, version, at, actor, reason, ...overlap }
          return expect.objectContaining({ source: 'keyturn', 'detail-type': type, detail })
        }),
      )
      for (const { detail } of events) assertDocumented(detail)
      if (route.overlapSeconds === 0) {
        const ended = events.filter(event => event['detail-type'] === 'secret.expired')
        expect(ended.map(({ detail }) => detail['keyId'])).toEqual(changes.slice(0, -1).map(({ keyId }) => keyId))
      }
    })
  })

  describe.each(rotateRoutes.filter(({ sixthKey }) => sixthKey !== undefined))(
    'a sixth live key of $contract',
    route => {
      it('409, and every key stays', async () => {
        const before = await settledMirror(bed(), addressOf(bed().local, route))
        expect(before.document.keys).toHaveLength(maximumLiveKeys)
        const reply = await rotateThrough(route, bed())
        expect([reply.status, reply.json]).toEqual([409, route.sixthKey])
        expect(reply.headers.get('cache-control')).toBe('no-store')
        expect(await settledMirror(bed(), addressOf(bed().local, route))).toEqual(before)
      })
    },
  )
}

/** Newest first, after four rotations of which the last was repeated twice. */
const expectedRecords = ['replay 5', 'replay 5', 'rotate 5', 'rotate 4', 'rotate 3', 'rotate 2', 'create 1']

function addressOf({ contracts }: LocalDescription, { contract }: RotateRoute): EndpointAddress {
  const { tenantId, endpointId } = contracts[contract]
  return { tenantId, endpointId }
}

type Keys = MirrorView['document']['keys']

/** The new key, and where there is an overlap those before: the one that was current ends after it, to the millisecond. */
function keysAfter({ overlapSeconds }: RotateRoute, [current, ...retiring]: Keys, added: Keys[number] | undefined) {
  if (overlapSeconds === 0) return [added]
  const endsAt = new Date(Date.parse(added?.createdAt ?? '') + overlapSeconds * 1000)
  return [added, { ...current, expiresAt: endsAt.toISOString() }, ...retiring]
}
