import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../src/contracts/contract'
import { apiCaller, type CalledReply, textAt } from '../../support/api-caller'
import { revokePrevious } from '../../support/revoke-previous'
import { type Lane, noMismatchSeconds, type RolloverBed, startRollover } from './bed'
import { send, until } from './sending'
import { cacheSeconds, publishedColumns, tallyTable } from './traffic'

/** Longer than the receivers' cache: that is what the lead is for. */
const leadSeconds = cacheSeconds + 1
/** The shortest. */
const overlapSeconds = 600
/** A key that is published later would not sign before the minute is over. */
const lastBeginsAfterSeconds = 48
/** On a busy machine the minute takes as long as these do. */
const fewestRotations = 3
const recordedWithinMs = 30_000

let bed: RolloverBed

beforeAll(async () => {
  // Everywhere the receivers' cache alone must have the key, also where a header holds one signature.
  bed = await startRollover({ mismatchIntervalSeconds: () => noMismatchSeconds, retries: () => 20 })
})

afterAll(() => bed?.stop())

/** Publishes a key, waits until the sweep lets it sign, and begins again. Resolves to the keys, oldest first. */
async function publishInTurn(lane: Lane, began: number): Promise<readonly string[]> {
  const keyIds: string[] = []
  while (keyIds.length < fewestRotations || Date.now() < began + lastBeginsAfterSeconds * 1000) {
    const keyId = await publish(lane)
    keyIds.push(keyId)
    lane.tally.rotations += 1
    await lane.platform.signs(keyId)
    // Five keys may be live. The one before may end once everything has arrived that it signed.
    await lane.traffic.answered()
    await revokePrevious(bed.local.api, lane.address, bed.operatorKey)
  }
  return keyIds
}

async function publish(lane: Lane): Promise<string> {
  const reply = await call(lane, 'POST', '/secret/rotate', { signing: 'published', leadSeconds, overlapSeconds })
  expect(reply.json).toMatchObject({ state: 'published', mirror: expect.stringMatching(/^(current|pending)$/) })
  return textAt(reply, 'keyId')
}

/** Calls our own API about the contract's endpoint. */
async function call({ address }: Lane, method: string, path: string, body?: object): Promise<CalledReply> {
  const { tenantId, endpointId } = address
  const headers = { 'keyturn-tenant': tenantId }
  const options = { token: bed.operatorKey, headers, ...(body && { body }) }
  const reply = await apiCaller(bed.local.api).call(method, `/v1/endpoints/${endpointId}${path}`, options)
  if (reply.status !== 200) throw new Error(`${reply.request} answered ${reply.status}: ${reply.text.slice(0, 200)}`)
  return reply
}

/** The keys that the sweep has promoted by the endpoint's record, oldest first. Waits until all are recorded. */
async function promotedBySweep(lane: Lane): Promise<readonly string[]> {
  const giveUpAt = Date.now() + recordedWithinMs
  for (;;) {
    const { json } = await call(lane, 'GET', '/rotations?limit=100')
    const { data } = json as { data: readonly { kind: string; keyId: string; actor: object }[] }
    const promotions = data.filter(({ kind }) => kind === 'promote')
    for (const { actor } of promotions) expect(actor).toEqual({ kind: 'keyturn', id: 'sweep' })
    if (promotions.length >= lane.tally.rotations || Date.now() > giveUpAt) {
      return promotions.map(({ keyId }) => keyId).toReversed()
    }
    await until(Date.now() + 500)
  }
}

const hasOneSignature = ({ signing }: Contract): boolean => signing.signature.form === 'single'

describe('a minute in which every contract publishes its keys before they sign', () => {
  it('refuses no genuine delivery at its first try and accepts no forged one', async () => {
    const { lanes, tallies } = bed
    const began = Date.now()
    const rotating = Promise.all(lanes.map(lane => publishInTurn(lane, began)))
    const [tookSeconds, published] = await Promise.all([send({ lanes, began, rotating }), rotating])
    const promoted = await Promise.all(lanes.map(promotedBySweep))
    for (const [nth, { tally }] of lanes.entries()) tally.promotions = promoted[nth]?.length ?? 0
    const genuine = lanes.reduce((sum, { tally }) => sum + tally.genuine, 0)
    const table = tallyTable(tallies, publishedColumns)
    process.stderr.write(`\n${table}\n${genuine} genuine deliveries in ${tookSeconds.toFixed(1)} s\n`)
    expect(promoted).toEqual(published)
    expect(genuine).toBeGreaterThanOrEqual(12_000)
    for (const lane of lanes) {
      const { contract, tally } = lane
      expect(tally).toMatchObject({ rejectedAtFirst: 0, lost: 0, forgedAccepted: 0 })
      expect(tally.forged).toBeGreaterThan(500)
      expect(tally.byNewKeys).toBeGreaterThan(1000)
      // So the header carries the new key alone: whoever has the old one refuses it.
      if (hasOneSignature(contract)) expect(tally.naiveRejected).toBe(tally.byNewKeys)
      const { json } = await call(lane, 'GET', '/secret')
      expect(json).toMatchObject({ version: 1 + tally.rotations, keys: [{ state: 'signing' }] })
    }
  })
})
