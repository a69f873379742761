import { lookAgainSeconds, rememberSeconds } from '../../src/rotation/change'
import { addOperation, runCalmly } from './callers'
import { checkRepeats, checkReveals } from './check-answers'
import { checkEnd, checkEndsTold, checkTombstonesDropped } from './check-end'
import { type Plan, randomPlan } from './plan'
import { seededRandom } from './random'
import { advanceTo, runCallers } from './scheduler'
import { newWorld, noon, type World, type WorldOptions } from './world'

/** Runs the schedule of one seed. Returns the first invariant that it broke, or null. */
export async function simulate(seed: number, options: WorldOptions = {}): Promise<string | null> {
  const random = seededRandom(seed)
  const plan = randomPlan(random)
  options.trace?.(`seed ${seed}: ${JSON.stringify(plan)}`)
  const world = newWorld(random, plan, options)
  let began = noon
  const phases = [
    async () => {
      await begin(world, plan)
      began = world.clock
    },
    () => runCallers(world, plan),
    () => checkEnd(world, plan),
    async () => checkReveals(world),
    async () => (remembersAll(world, began) ? checkRepeats(world) : undefined),
    () => checkTombstonesDropped(world),
    () => checkEndsTold(world),
  ]
  for (const phase of phases) {
    if (world.ledger.violation === null) await phase()
  }
  return world.ledger.violation
}

/** The endpoints of the plan are created and settled; then the requests are there, waiting to begin. */
async function begin(world: World, { start, operations }: Plan): Promise<void> {
  for (const { endpointId, mirror } of start) await runCalmly(world, { kind: 'create', endpointId, mirror, key: null })
  const forgotten = start.filter(({ isForgotten }) => isForgotten)
  for (const { endpointId } of forgotten) await runCalmly(world, { kind: 'delete', endpointId })
  if (forgotten.length > 0) await passDay(world)
  for (const operation of operations) addOperation(world, operation)
}

/** The sweep does what it is to do in time. Changes of before are forgotten then, and nothing else was asked meanwhile. */
async function passDay(world: World): Promise<void> {
  for (const seconds of [lookAgainSeconds, lookAgainSeconds, rememberSeconds]) {
    await runCalmly(world, { kind: 'sweep' })
    await advanceTo(world, world.clock + seconds * 1000)
  }
}

/** Whether no change is so old that a repeat of it is a new request. */
function remembersAll({ clock }: World, began: number): boolean {
  return clock - began < rememberSeconds * 1000
}
