import { describe, expect, it } from '@jest/globals'
import type { EndpointAddress } from '../../../src/rotation/ports'
import { type CalledReply, memberAt, textAt } from '../../support/api-caller'
import { type MirrorView, rotationsOf, settledMirror } from './endpoint-state'
import { type RotateRequest, type RotateRoute, rotateThrough, routeOf } from '../rotate-routes'
import { asOperator, type ControlPlaneBed } from './bed'

const atOnce = 16
const maximumLiveKeys = 5

interface Race {
  readonly route: RotateRoute
  /** What its requests say; absent: nothing. */
  readonly request?: Pick<RotateRequest, 'body'>
  /** Rotations that can succeed at the most. */
  readonly most: number
  /** The codes of our own API that a loser may answer; undefined where the contract has other words. */
  readonly codes?: readonly string[]
  /** The id of the endpoint that is rotated, made for it; absent: the contract has one endpoint a tenant. */
  readonly endpointId?: string
}

const { tumban, thesignup, storno, featurebase, teambattles, keyturn } = routeOf
const lost = 'rotation-conflict'
const races: readonly (readonly [string, Race])[] = [
  ['tumban', { route: tumban, most: atOnce }],
  ['thesignup', { route: thesignup, most: 4, endpointId: '7e519000-0000-4000-8000-000000000016' }],
  ['storno', { route: storno, most: atOnce, endpointId: '5704a000-0000-4000-8000-000000000016' }],
  ['featurebase', { route: featurebase, most: atOnce, endpointId: 'fea70000000000000000b016' }],
  ['teambattles', { route: teambattles, most: 4, endpointId: 'wh_alice0000000000000000016' }],
  [
    'keyturn',
    { route: keyturn, most: 4, codes: [lost, 'too-many-live-keys'], endpointId: 'ep_race0000000000000000016' },
  ],
  [
    'keyturn without an overlap',
    {
      route: keyturn,
      most: atOnce,
      codes: [lost],
      request: { body: { overlapSeconds: 0 } },
      endpointId: 'ep_race0000000000000000017',
    },
  ],
]

/** Rotations of one endpoint that come at once. */
export function concurrencySuite(bed: () => ControlPlaneBed): void {
  describe.each(races)(`${atOnce} rotations at once at %s`, (_, race) => {
    it('each 200 shows a secret that was committed, and every other is a 409', async () => {
      const address = await endpointFor(bed(), race)
      const before = await rotationsOf(bed(), address)
      const request = { ...address, ...race.request }
      const rotate = (): Promise<CalledReply> => rotateThrough(race.route, bed(), request)
      const replies = await Promise.all(Array.from({ length: atOnce }, rotate))
      const won = replies.filter(({ status }) => status === 200)
      expect(replies.filter(({ status }) => status !== 200).map(({ status }) => status)).toEqual(
        Array.from({ length: atOnce - won.length }, () => 409),
      )
      for (const reply of replies) if (reply.status === 409) checkLoser(reply, race)
      expect(won.length).toBeGreaterThan(0)
      expect(won.length).toBeLessThanOrEqual(race.most)
      const { document } = await settledMirror(bed(), address)
      const made = (await rotationsOf(bed(), address)).slice(0, -before.length)
      expect(made.map(({ version }) => version)).toEqual(consecutive(document.version, won.length))
      const secrets = won.map(reply => textAt(reply, race.route.secretAt))
      expect(new Set(secrets).size).toBe(won.length)
      expect(secrets).toContain(document.signingSecret)
      if (race.most === maximumLiveKeys - 1) checkKept(document.keys, secrets, race.route.overlapSeconds)
      else expect(document.keys).toHaveLength(1)
    })
  })
}

/** Newest first. */
function consecutive(newest: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => newest - index)
}

function checkLoser({ json }: CalledReply, { codes }: Race): void {
  if (codes !== undefined) expect(codes).toContain(memberAt(json, 'code'))
}

/** Each secret that was shown is live until the next rotation, and from then on for the whole overlap. */
function checkKept(keys: MirrorView['document']['keys'], secrets: readonly string[], overlapSeconds: number): void {
  expect(keys.map(({ secret }) => secret)).toEqual(expect.arrayContaining([...secrets]))
  expect(keys).toHaveLength(secrets.length + 1)
  const ends = keys.slice(0, -1).map(({ createdAt }) => new Date(Date.parse(createdAt) + overlapSeconds * 1000))
  expect(keys.map(({ expiresAt }) => expiresAt)).toEqual([null, ...ends.map(end => end.toISOString())])
}

async function endpointFor(bed: ControlPlaneBed, { route, endpointId }: Race): Promise<EndpointAddress> {
  const { tenantId, endpointId: seeded } = bed.local.contracts[route.contract]
  if (endpointId === undefined) return { tenantId, endpointId: seeded }
  const body = { contract: route.contract, id: endpointId, url: 'https://receiver.example/race' }
  const created = await bed.api.call('POST', '/v1/endpoints', { ...asOperator(bed, tenantId), body })
  expect(created.status).toBe(201)
  return { tenantId, endpointId }
}
