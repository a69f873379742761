import { addSeconds } from '../core/instant'
import { lookAgainSeconds } from './change'
import { type Endpoint, unsettledChanges } from './endpoint'
import type { EndpointAddress, RotationDeps } from './ports'
import { settle } from './settle'
import { backoffSeconds } from './settle-policy'

export interface SweepDeps extends RotationDeps {
  readonly sleep: (milliseconds: number) => Promise<void>
}

export interface SweepReport {
  readonly settled: number
  readonly failed: number
  /** Due, but left to the next sweep. */
  readonly left: number
  /** How long the oldest of what was due had waited: an unsettled change, or a look at a mirror. */
  readonly oldestSeconds: number
}

const endpointsPerShard = 25
const settleMilliseconds = 5000
const lanes = 4
/** Settling writes to Secrets Manager twice, so four lanes take 20 of its 50 writes a second at the most. */
const laneMilliseconds = 400

/** Settles what is due, earliest first, until `until`. One endpoint that fails does not hold up the others. */
export async function sweep(deps: SweepDeps, until: Date): Promise<SweepReport> {
  const due = await deps.store.due(deps.now(), endpointsPerShard)
  const report = { settled: 0, failed: 0, left: 0, oldestSeconds: 0 }
  const queue = [...due]
  const lane = async (): Promise<void> => {
    for (let address = queue.shift(); address; address = queue.shift()) {
      if (deps.now() >= until) report.left++
      else await sweepOne(deps, address, report)
      if (queue.length > 0 && deps.now() < until) await deps.sleep(laneMilliseconds)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return report
}

async function sweepOne(
  deps: SweepDeps,
  address: EndpointAddress,
  report: { settled: number; failed: number; oldestSeconds: number },
): Promise<void> {
  try {
    const endpoint = await deps.store.load(address)
    const now = deps.now()
    if (!endpoint?.dueAt || endpoint.dueAt > now) return
    const since = unsettledChanges(endpoint).at(-1)?.at ?? endpoint.dueAt
    const waited = Math.floor((now.getTime() - since.getTime()) / 1000)
    report.oldestSeconds = Math.max(report.oldestSeconds, waited)
    if (await settleOrPostpone(deps, endpoint)) report.settled++
    else report.failed++
  } catch (error) {
    report.failed++
    deps.log.error('a due endpoint could not be read or put off', {
      endpointId: address.endpointId,
      error: nameOf(error),
    })
  }
}

async function settleOrPostpone(deps: SweepDeps, endpoint: Endpoint): Promise<boolean> {
  try {
    await settle(deps, endpoint, { opened: new Map(), signal: deps.timeout(settleMilliseconds) })
    return true
  } catch (error) {
    await postpone(deps, endpoint, nameOf(error))
    return false
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}

/**
 * Puts a failed endpoint off, twice as long each time, so that it cannot starve the others. The calls of the failed
 * attempt may still arrive, so the mirror is looked at again.
 */
async function postpone(deps: SweepDeps, endpoint: Endpoint, error: string): Promise<void> {
  const failures = endpoint.settling.failures + 1
  const seconds = backoffSeconds(failures)
  deps.log.error('settling failed', { endpointId: endpoint.id, error, failures, retryInSeconds: seconds })
  const settling = { ...endpoint.settling, failures, error }
  const now = deps.now()
  const lookAgainAt = endpoint.lookAgainAt && addSeconds(now, lookAgainSeconds)
  const settled = { settling, lookAgainAt, dueAt: addSeconds(now, seconds) }
  await deps.store.settle(endpoint, settled, deps.timeout(settleMilliseconds))
}
