import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { LocalDescription } from '../../../local/local-description'
import type { Contract } from '../../../src/contracts/contract'
import { apiCaller } from '../../support/api-caller'
import { startLocalRun, type TestLocalRun } from '../../support/local-run'
import { platformKey } from '../../support/platform-key'
import { revokePrevious } from '../../support/revoke-previous'
import { seededContracts } from '../../support/seeded-contracts'
import { rotateThrough, routeOf } from '../rotate-routes'
import { type Platform, startPlatform } from './platform'
import { type ReceiverPlan, type Receivers, startReceivers } from './receivers'
import { cacheSeconds, startTraffic, Tally, tallyTable, type Traffic } from './traffic'

const seconds = 60
const perSecond = 216
const forgedEach = 20
const overlapEverySeconds = 6
const noOverlapEverySeconds = 2
/** Where the caller chooses it: two rotations long, so that a second's hiccup of the machine is no outage. */
const chosenOverlapSeconds = 2 * overlapEverySeconds

const tallies = new Map<string, Tally>()
const platforms: Platform[] = []
const traffics = new Map<string, Traffic>()
let run: TestLocalRun
let receivers: Receivers
/** Ends keys that vendors keep for a day. */
let operatorKey: string

const hasOverlap = ({ overlap }: Contract): boolean => overlap.kind !== 'none'
const everySeconds = (contract: Contract): number =>
  hasOverlap(contract) ? overlapEverySeconds : noOverlapEverySeconds

beforeAll(async () => {
  run = await startLocalRun()
  const tenantIds = [...new Set(Object.values(run.local.contracts).map(({ tenantId }) => tenantId))]
  operatorKey = await platformKey(run.local, tenantIds)
  const { aws, accessKeyId } = run.local
  receivers = await startReceivers({ aws, accessKeyId, receivers: seededContracts.map(receiverPlan) })
  for (const [nth, contract] of seededContracts.entries()) await startContract(contract, receivers.urls[nth] ?? '')
})

afterAll(async () => {
  for (const platform of platforms) await platform.stop()
  for (const traffic of traffics.values()) traffic.close()
  await receivers?.close()
  await run?.stop()
})

function seededAt({ name }: Contract): LocalDescription['contracts'][keyof typeof routeOf] {
  return run.local.contracts[name as keyof typeof routeOf]
}

function receiverPlan(contract: Contract): ReceiverPlan {
  return {
    contract: contract.name,
    secretId: seededAt(contract).mirror,
    maxAgeSeconds: cacheSeconds,
    // With an overlap the cache alone is enough, so a mismatch is to bring nothing.
    mismatchIntervalSeconds: hasOverlap(contract) ? 24 * 60 * 60 : 0.1,
  }
}

async function startContract(contract: Contract, url: string): Promise<void> {
  const { tenantId, endpointId } = seededAt(contract)
  const platform = await startPlatform({ local: run.local, contract, address: { tenantId, endpointId } })
  const tally = new Tally()
  const atStart = platform.currentSecret()
  const retries = hasOverlap(contract) ? 0 : 20
  platforms.push(platform)
  traffics.set(contract.name, startTraffic({ contract, platform, tally, url, atStart, retries }))
  tallies.set(contract.name, tally)
}

/** Rotates on the schedule, the last time before the end. */
async function rotateOnSchedule(contract: Contract, began: number): Promise<void> {
  const tally = tallies.get(contract.name) ?? new Tally()
  const every = everySeconds(contract)
  const address = seededAt(contract)
  for (let nth = 0; nth < seconds / every; nth += 1) {
    await until(began + (nth + 0.5) * every * 1000)
    if (contract.overlap.kind === 'fixed') await revokePrevious(run.local.api, address, operatorKey)
    await rotate(contract)
    tally.rotations += 1
  }
}

/** One rotation through the contract's own route. */
async function rotate({ name, overlap }: Contract): Promise<void> {
  const request = overlap.kind === 'chosen' ? { body: { overlapSeconds: chosenOverlapSeconds } } : {}
  const { local } = run
  const route = routeOf[name as keyof typeof routeOf]
  const reply = await rotateThrough(route, { api: apiCaller(local.api), local }, request)
  if (reply.status !== 200) throw new Error(`${reply.request} answered ${reply.status}: ${reply.text.slice(0, 200)}`)
}

/** Sends at an even rate to all contracts in turn, and catches up when it was late. Resolves to the seconds it took. */
async function sendForAMinute(began: number): Promise<number> {
  const all = [...traffics.values()]
  const open = new Set<Promise<void>>()
  for (let sent = 0; sent < seconds * perSecond; sent += 1) {
    await until(began + (sent * 1000) / perSecond)
    const traffic = all[sent % all.length]
    if (traffic === undefined) throw new TypeError('nothing is sent')
    note(open, traffic.genuine())
    if (sent % forgedEach === 0) for (const each of all) note(open, each.forged())
  }
  const tookSeconds = (Date.now() - began) / 1000
  await Promise.all(open)
  return tookSeconds
}

function note(open: Set<Promise<void>>, work: Promise<void>): void {
  const noted = work.finally(() => open.delete(noted))
  open.add(noted)
  // Where the rotations fail first, nobody waits for the deliveries any more.
  noted.catch(() => undefined)
}

async function until(time: number): Promise<void> {
  const wait = time - Date.now()
  if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
}

describe('a minute in which every contract rotates', () => {
  it('loses no genuine delivery and accepts no forged one', async () => {
    const began = Date.now()
    const rotating = Promise.all(seededContracts.map(contract => rotateOnSchedule(contract, began)))
    const [tookSeconds] = await Promise.all([sendForAMinute(began), rotating])
    const genuine = [...tallies.values()].reduce((sum, tally) => sum + tally.genuine, 0)
    process.stderr.write(`\n${tallyTable(tallies)}\n${genuine} genuine deliveries in ${tookSeconds.toFixed(1)} s\n`)
    expect(genuine).toBeGreaterThanOrEqual(12_000)
    expect(genuine / tookSeconds).toBeGreaterThanOrEqual(200)
    for (const contract of seededContracts) {
      const tally = tallies.get(contract.name)
      expect(tally).toMatchObject({ rotations: seconds / everySeconds(contract), lost: 0, forgedAccepted: 0 })
      expect(tally?.forged).toBeGreaterThan(500)
      expect(tally?.naiveRejected).toBeGreaterThan(1000)
      if (hasOverlap(contract)) expect(tally?.rejectedAtFirst).toBe(0)
    }
  })
})
