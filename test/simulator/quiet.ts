import { lookAgainSeconds, rememberSeconds } from '../../src/rotation/change'
import { runCalmly } from './callers'
import { checkAgreement, checkNoneDue, checkNoTombstone, isForgotten } from './check-agreement'
import { advanceTo } from './clock'
import type { World } from './world'

/** Longer than any backoff: whatever is left is due by then. */
const quietMilliseconds = lookAgainSeconds * 1000
const maximumSweeps = 5

/** After the last fault: the late calls arrive, then one sweep makes everything agree, and a few more leave nothing due. */
export async function quietDown(world: World, { sweepsMeanwhile }: { sweepsMeanwhile: boolean }): Promise<void> {
  await letLateCallsArrive(world, sweepsMeanwhile)
  await advanceTo(world, world.clock + quietMilliseconds)
  await sweepAndCheck(world)
}

/** Sweeps once, checks that everything agrees, and sweeps on until nothing is due. */
export async function sweepAndCheck(world: World): Promise<void> {
  await runCalmly(world, { kind: 'sweep' })
  await checkAgreement(world)
  if (earliestDue(world) === null) return
  for (let sweeps = 0; sweeps < maximumSweeps; sweeps++) {
    await advanceTo(world, earliestDue(world) ?? world.clock)
    await runCalmly(world, { kind: 'sweep' })
  }
  checkNoneDue(world)
  await checkAgreement(world)
}

async function letLateCallsArrive(world: World, sweepsMeanwhile: boolean): Promise<void> {
  while (world.late.length > 0 && world.ledger.violation === null) {
    const arrival = Math.min(...world.late.map(late => late.at))
    const due = sweepsMeanwhile ? earliestDue(world) : null
    await advanceTo(world, Math.min(arrival, due ?? Infinity))
    if (due !== null && due <= arrival) await runCalmly(world, { kind: 'sweep' })
  }
}

/** Once nothing of a deleted endpoint is needed any more, one sweep drops its tombstone. */
export async function forgetTombstones(world: World): Promise<void> {
  if (![...world.cloud.state.table.endpoints.values()].some(({ endpoint }) => endpoint.deletedAt)) return
  await advanceTo(world, world.clock + rememberSeconds * 1000)
  await runCalmly(world, { kind: 'sweep' })
  checkNoTombstone(world)
}

function earliestDue({ cloud }: World): number | null {
  const waiting = [...cloud.state.table.endpoints.values()].filter(({ endpoint }) => !isForgotten(endpoint))
  const times = waiting.flatMap(({ endpoint }) => endpoint.dueAt?.getTime() ?? [])
  return times.length === 0 ? null : Math.min(...times)
}
