import type { LocalDescription } from '../../../local/local-description'
import type { Contract } from '../../../src/contracts/contract'
import { startLocalRun } from '../../support/local-run'
import { platformKey } from '../../support/platform-key'
import { seededContracts } from '../../support/seeded-contracts'
import type { routeOf } from '../rotate-routes'
import { type Platform, startPlatform } from './platform'
import { type ReceiverPlan, startReceivers } from './receivers'
import { cacheSeconds, startTraffic, Tally, type Traffic } from './traffic'

/** One contract's endpoint of the local run, with its sender and what is counted of it. */
export interface Lane {
  readonly contract: Contract
  readonly address: LocalDescription['contracts'][keyof typeof routeOf]
  readonly platform: Platform
  readonly traffic: Traffic
  readonly tally: Tally
}

/** The real local run, and a receiver and a sender for each of its contracts. */
export interface RolloverBed {
  readonly local: LocalDescription
  /** An API key of our own API for every tenant. */
  readonly operatorKey: string
  readonly lanes: readonly Lane[]
  /** By the contracts' names. */
  readonly tallies: ReadonlyMap<string, Tally>
  stop(): Promise<void>
}

export interface BedOptions {
  /** A receiver's seconds between two looks that a mismatch asks for. */
  readonly mismatchIntervalSeconds: (contract: Contract) => number
  /** A sender's tries after the first. */
  readonly retries: (contract: Contract) => number
}

/** So long that a mismatch brings nothing: what the cache does not have is refused. */
export const noMismatchSeconds = 24 * 60 * 60

export async function startRollover(options: BedOptions): Promise<RolloverBed> {
  const run = await startLocalRun()
  const stops = [async (): Promise<unknown> => run.stop()]
  const stop = async (): Promise<void> => {
    const outcomes: PromiseSettledResult<unknown>[] = []
    for (const each of stops.toReversed()) outcomes.push(...(await Promise.allSettled([each()])))
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }
  try {
    return { ...(await startOn(run.local, options, stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Adds to `stops` what ends each part. */
async function startOn(
  local: LocalDescription,
  options: BedOptions,
  stops: (() => Promise<unknown>)[],
): Promise<Omit<RolloverBed, 'stop'>> {
  const addressOf = ({ name }: Contract): Lane['address'] => local.contracts[name as keyof typeof routeOf]
  const tenantIds = [...new Set(Object.values(local.contracts).map(({ tenantId }) => tenantId))]
  const operatorKey = await platformKey(local, tenantIds)
  const plans = seededContracts.map((contract): ReceiverPlan => {
    const mismatchIntervalSeconds = options.mismatchIntervalSeconds(contract)
    const { mirror: secretId } = addressOf(contract)
    return { contract: contract.name, secretId, maxAgeSeconds: cacheSeconds, mismatchIntervalSeconds }
  })
  const receivers = await startReceivers({ aws: local.aws, accessKeyId: local.accessKeyId, receivers: plans })
  stops.push(() => receivers.close())
  const lanes: Lane[] = []
  for (const [nth, contract] of seededContracts.entries()) {
    const url = receivers.urls[nth] ?? ''
    const lane = await startLane({ local, contract, address: addressOf(contract), url, retries: options.retries })
    stops.push(
      async () => lane.traffic.close(),
      () => lane.platform.stop(),
    )
    lanes.push(lane)
  }
  const tallies = new Map(lanes.map(({ contract, tally }) => [contract.name, tally]))
  return { local, operatorKey, lanes, tallies }
}

interface LaneOptions extends Pick<Lane, 'contract' | 'address'>, Pick<BedOptions, 'retries'> {
  readonly local: LocalDescription
  /** The receiver's. */
  readonly url: string
}

async function startLane({ local, contract, address, url, retries }: LaneOptions): Promise<Lane> {
  const { tenantId, endpointId } = address
  const platform = await startPlatform({ local, contract, address: { tenantId, endpointId } })
  const tally = new Tally()
  const atStart = platform.currentSecret()
  const traffic = startTraffic({ contract, platform, tally, url, atStart, retries: retries(contract) })
  return { contract, address, platform, traffic, tally }
}
