import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../src/contracts/contract'
import { apiCaller } from '../../support/api-caller'
import { revokePrevious } from '../../support/revoke-previous'
import { rotateThrough, routeOf } from '../rotate-routes'
import { type Lane, noMismatchSeconds, type RolloverBed, startRollover } from './bed'
import { seconds, send, until } from './sending'
import { atOnceColumns, tallyTable } from './traffic'

const overlapEverySeconds = 6
const noOverlapEverySeconds = 2
/** Where the caller chooses it: two rotations long, so that a second's hiccup of the machine is no outage. */
const chosenOverlapSeconds = 2 * overlapEverySeconds

let bed: RolloverBed

const hasOverlap = ({ overlap }: Contract): boolean => overlap.kind !== 'none'
const everySeconds = (contract: Contract): number =>
  hasOverlap(contract) ? overlapEverySeconds : noOverlapEverySeconds

beforeAll(async () => {
  bed = await startRollover({
    // With an overlap the cache alone is enough, so a mismatch is to bring nothing.
    mismatchIntervalSeconds: contract => (hasOverlap(contract) ? noMismatchSeconds : 0.1),
    retries: contract => (hasOverlap(contract) ? 0 : 20),
  })
})

afterAll(() => bed?.stop())

/** Rotates on the schedule, the last time before the end. */
async function rotateOnSchedule({ contract, address, tally }: Lane, began: number): Promise<void> {
  const every = everySeconds(contract)
  for (let nth = 0; nth < seconds / every; nth += 1) {
    await until(began + (nth + 0.5) * every * 1000)
    if (contract.overlap.kind === 'fixed') await revokePrevious(bed.local.api, address, bed.operatorKey)
    await rotate(contract)
    tally.rotations += 1
  }
}

/** One rotation through the contract's own route. */
async function rotate({ name, overlap }: Contract): Promise<void> {
  const request = overlap.kind === 'chosen' ? { body: { overlapSeconds: chosenOverlapSeconds } } : {}
  const { local } = bed
  const route = routeOf[name as keyof typeof routeOf]
  const reply = await rotateThrough(route, { api: apiCaller(local.api), local }, request)
  if (reply.status !== 200) throw new Error(`${reply.request} answered ${reply.status}: ${reply.text.slice(0, 200)}`)
}

describe('a minute in which every contract rotates', () => {
  it('loses no genuine delivery and accepts no forged one', async () => {
    const { lanes, tallies } = bed
    const began = Date.now()
    const rotating = Promise.all(lanes.map(lane => rotateOnSchedule(lane, began)))
    const [tookSeconds] = await Promise.all([send({ lanes, began }), rotating])
    const genuine = lanes.reduce((sum, { tally }) => sum + tally.genuine, 0)
    const table = tallyTable(tallies, atOnceColumns)
    process.stderr.write(`\n${table}\n${genuine} genuine deliveries in ${tookSeconds.toFixed(1)} s\n`)
    expect(genuine).toBeGreaterThanOrEqual(12_000)
    expect(genuine / tookSeconds).toBeGreaterThanOrEqual(200)
    for (const { contract, tally } of lanes) {
      expect(tally).toMatchObject({ rotations: seconds / everySeconds(contract), lost: 0, forgedAccepted: 0 })
      expect(tally.forged).toBeGreaterThan(500)
      expect(tally.naiveRejected).toBeGreaterThan(1000)
      if (hasOverlap(contract)) expect(tally.rejectedAtFirst).toBe(0)
    }
  })
})
