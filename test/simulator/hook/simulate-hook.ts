import { createEndpoint } from '../../../src/rotation/create'
import { rotateSecret } from '../../../src/rotation/rotate'
import { memoryRotatedSecret } from '../../support/memory/memory-rotated-secret'
import { plainSettings } from '../../support/plain-settings'
import { addCaller, addOperation, runAlone } from '../callers'
import { checkEnd } from '../check-end'
import type { Sabotage } from '../cloud'
import { actor, mostEndpoints } from '../operation'
import { type Random, seededRandom } from '../random'
import { runCallers } from '../scheduler'
import { newWorld, type World } from '../world'
import { endpointId, type HookBed, type HookRecord, type HookSabotage, tenantId } from './bed'
import { checkLastRotation, letArrive } from './check-last-rotation'
import { checkCurrent, noteRotation } from './check-states'
import { type HookPlan, randomHookPlan } from './plan'
import { planRotations } from './rotations'

export interface HookOptions {
  readonly sabotage?: HookSabotage
  readonly trace?: (line: string) => void
}

/** Runs the hook's schedule of one seed. Returns the first invariant that it broke, or null. */
export async function simulateHook(seed: number, options: HookOptions = {}): Promise<string | null> {
  const random = seededRandom(seed)
  const plan = randomHookPlan(random)
  options.trace?.(`seed ${seed}: ${JSON.stringify({ ...plan, contract: plan.contract.name })}`)
  const bed = await newBed(random, plan, options)
  return runHook(bed, () => runCallers(bed.world, plan))
}

/** What Terraform puts there before the first rotation. */
const placeholder = '{"keyturn":"not rotated yet"}'
const firstVersion = '0'.repeat(32)

/** The vendor with its endpoint, and the consumer with its secret, before anything is asked. */
export async function newBed(random: Random, plan: HookPlan, options: HookOptions): Promise<HookBed> {
  const { sabotage = {}, trace } = options
  const notingRotations: Sabotage = services => ({
    ...services,
    store: {
      ...services.store,
      commit: (endpoint, expected) => {
        const reply = services.store.commit(endpoint, expected)
        noteRotation(bed)
        return reply
      },
    },
  })
  const world = newWorld(random, plan, { sabotage: notingRotations, ...(trace === undefined ? {} : { trace }) })
  const first = await createCalmly(world, plan)
  const secret = memoryRotatedSecret(firstVersion, plan.first === 'secret' ? first : placeholder)
  const rotatedSecret = sabotage.secret?.(secret) ?? secret
  const bed: HookBed = { ...emptyBed(plan), world, plan, rotatedSecret, sabotage }
  noteRotation(bed)
  checkCurrent(bed)
  return bed
}

function emptyBed({ rotations: toCome }: HookPlan) {
  return { record: newRecord(), rotations: [], documents: new Map(), runs: 0, toCome, rough: true }
}

function newRecord(): HookRecord {
  return {
    asked: 0,
    latest: 0,
    givenLate: null,
    rings: [],
    current: null,
    disorder: new Set(),
    released: false,
    lastCode: null,
  }
}

/** Creates the vendor's endpoint while nothing fails. Returns its first secret. */
async function createCalmly(world: World, { contract, mirror }: HookPlan): Promise<string> {
  let made = ''
  const caller = addCaller<void>(world, {
    name: 'create',
    run: async (_caller, deps) => {
      const settings = { ...plainSettings, mirror }
      const asked = { tenantId, contract, actor, id: endpointId, settings, ownSecret: null, idempotency: null }
      const request = { ...asked, mostEndpoints }
      made = (await createEndpoint(deps, request)).secret.reveal()
    },
    ended: () => undefined,
  })
  await runAlone(world, caller)
  return made
}

/** Rotates the secret while `serve` decides what becomes of each call, to the end. Returns as `simulateHook`. */
export async function runHook(bed: HookBed, serve: () => Promise<void>): Promise<string | null> {
  const { world, plan } = bed
  begin(bed)
  for (const phase of [serve, () => letArrive(bed), () => checkLastRotation(bed), () => checkEnd(world, plan)]) {
    if (world.ledger.violation === null) await phase()
  }
  return world.ledger.violation
}

function begin(bed: HookBed): void {
  planRotations(bed)
  for (const operation of bed.plan.operations) addOperation(bed.world, operation)
  if (bed.plan.byHand) rotateByHand(bed)
}

/** Somebody else rotates at the vendor. */
function rotateByHand({ world, plan: { contract } }: HookBed): void {
  addCaller<void>(world, {
    name: 'by-hand',
    run: async (_caller, deps) => {
      const endpoint = await deps.store.load({ tenantId, endpointId }).catch(() => null)
      if (endpoint === null) return
      const choice = { overlapSeconds: null, forced: false, ownSecret: null, reason: null }
      await rotateSecret(deps, { endpoint, contract, actor, choice, idempotency: null }).catch(() => null)
    },
    ended: () => undefined,
  })
}
