import { rotateSecret } from '../../../src/rotation/rotate'
import { addCaller } from '../callers'
import { actor } from '../operation'
import { quietDown } from '../quiet'
import { seededRandom } from '../random'
import { runCallers } from '../scheduler'
import { endpointId, type HookBed, tenantId } from './bed'
import { checkEnd, letArrive } from './check-end'
import { type BedOptions, newBed } from './new-bed'
import { randomHookPlan } from './plan'
import { addProcess } from './process'
import { planRotations } from './rotations'

/** Runs the hook's schedule of one seed. Returns the first invariant that it broke, or null. */
export async function simulateHook(seed: number, options: BedOptions = {}): Promise<string | null> {
  const random = seededRandom(seed)
  const plan = randomHookPlan(random)
  options.trace?.(`seed ${seed}: ${JSON.stringify({ ...plan, contract: plan.contract.name })}`)
  const stage = await newBed(random, plan, options)
  return runHook(stage, () => runCallers(stage.world, plan))
}

/** Rotates the secret while `serve` decides what becomes of each call, until all is quiet. Returns as `simulateHook`. */
export async function runHook(stage: HookBed, serve: () => Promise<void>): Promise<string | null> {
  const { world, plan } = stage
  begin(stage)
  for (const phase of [serve, () => letArrive(stage), () => checkEnd(stage), () => quietDown(world, plan)]) {
    if (world.ledger.violation === null) await phase()
  }
  return world.ledger.violation
}

function begin(stage: HookBed): void {
  planRotations(stage)
  for (const operation of stage.plan.operations) addCaller(stage.world, operation)
  if (stage.plan.byHand) rotateByHand(stage)
}

/** Somebody else rotates at the vendor. */
function rotateByHand({ world, plan: { contract } }: HookBed): void {
  addProcess<void>(world, {
    name: 'by-hand',
    work: async (_caller, deps) => {
      const endpoint = await deps.store.load({ tenantId, endpointId }).catch(() => null)
      if (endpoint === null) return
      const choice = { overlapSeconds: null, forced: false, ownSecret: null, reason: null }
      await rotateSecret(deps, { endpoint, contract, actor, choice, idempotency: null }).catch(() => null)
    },
    ended: () => undefined,
  })
}
