import { createEndpoint } from '../../../src/rotation/create'
import { memoryRotatedSecret } from '../../support/memory/memory-rotated-secret'
import { plainSettings } from '../../support/plain-settings'
import { startCaller } from '../callers'
import type { Sabotage } from '../cloud'
import { actor } from '../operation'
import type { Random } from '../random'
import { newWorld } from '../simulate'
import type { World } from '../world'
import { endpointId, firstVersion, type HookBed, type HookSabotage, tenantId } from './bed'
import { checkCurrent } from './check-consumers'
import { noteRotation } from './check-rotation'
import type { HookPlan } from './plan'
import { addProcess } from './process'
import { newHookRecord } from './record'

export interface BedOptions {
  readonly sabotage?: HookSabotage
  readonly trace?: (line: string) => void
}

/** What Terraform puts there before the first rotation. */
const placeholder = '{"keyturn":"not rotated yet"}'

/** The vendor with its endpoint, and the consumer with its secret, before anything is asked. */
export async function newBed(random: Random, plan: HookPlan, options: BedOptions): Promise<HookBed> {
  const { sabotage = {}, trace } = options
  const watching: Sabotage = services => ({
    ...services,
    store: {
      ...services.store,
      commit: (endpoint, expected) => {
        const reply = services.store.commit(endpoint, expected)
        noteRotation(stage)
        return reply
      },
    },
  })
  const world = newWorld(random, plan, { sabotage: watching, ...(trace === undefined ? {} : { trace }) })
  const secret = await createCalmly(world, plan)
  const own = memoryRotatedSecret(firstVersion, plan.first === 'secret' ? secret : placeholder)
  const stage: HookBed = { ...emptyStage(plan), world, plan, own: sabotage.secret?.(own) ?? own, sabotage }
  noteRotation(stage)
  checkCurrent(stage)
  return stage
}

function emptyStage({ rotations: toCome }: HookPlan) {
  return { record: newHookRecord(), rotations: [], documents: new Map(), runs: 0, toCome, rough: true }
}

/** Creates the vendor's endpoint while nothing fails. Returns its first secret. */
async function createCalmly(world: World, { contract, mirror }: HookPlan): Promise<string> {
  let made = ''
  world.calm = true
  const caller = addProcess<void>(world, {
    name: 'create',
    work: async (_caller, deps) => {
      const settings = { ...plainSettings, mirror }
      const request = { tenantId, contract, actor, id: endpointId, settings, ownSecret: null, idempotency: null }
      made = (await createEndpoint(deps, request)).secret.reveal()
    },
    ended: () => undefined,
  })
  await startCaller(world, caller)
  world.calm = false
  return made
}
