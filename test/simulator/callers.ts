import type { SweepDeps } from '../../src/rotation/sweep'
import { type OperationReply, type Operation, runOperation } from './operation'
import { portsOf } from './ports'
import { type Caller, traceStep, type World } from './world'

/** Something that runs in a process of its own, once, and can die. */
export interface Work<Result> {
  readonly name: string
  /** How often it is let go on, compared with the others. Absent: at random. */
  readonly speed?: number
  /** Does not reject. */
  readonly run: (caller: Caller, deps: SweepDeps) => Promise<Result>
  /** What the trace says of the result; nothing where absent. */
  readonly described?: (result: Result) => string
  /** Told what came of it; null: it died. */
  readonly ended: (result: Result | null) => void
}

/** A caller that will begin when the scheduler lets it. */
export function addCaller<Result>(world: World, work: Work<Result>): Caller {
  const number = world.callers.length + 1
  const caller: Caller = {
    name: `${work.name}#${number}`,
    number,
    speed: work.speed ?? world.random.pick([1, 4, 16]),
    skewMilliseconds: world.mostSkew === 0 ? 0 : world.random.below(2 * world.mostSkew + 1) - world.mostSkew,
    died: () => work.ended(null),
    run: async deps => {
      const result = await work.run(caller, deps)
      traceStep(world, caller.name, () => (work.described ? `ends: ${work.described(result)}` : 'ends'))
      caller.state = 'finished'
      work.ended(result)
    },
    state: 'ready',
    diesAt: Infinity,
    drawn: 0,
  }
  world.callers.push(caller)
  return caller
}

const mostAttempts = 3

/** A caller that will run the operation. With an `Idempotency-Key` its client repeats it when it has to. */
export function addOperation(world: World, operation: Operation, attempt = 1): Caller {
  const { contract } = world.ledger
  const mayRepeat = 'key' in operation && operation.key !== null && attempt < mostAttempts
  return addCaller(world, {
    name: operation.kind,
    run: (_caller, deps) => runOperation(deps, contract, operation),
    described: answer => ('code' in answer ? answer.code : answer.kind),
    ended: answer => {
      if (answer !== null) world.ledger.answered.push({ operation, answer })
      const isRepeated = isUnclear(answer) && mayRepeat && !world.calm && world.random.chance(0.5)
      if (isRepeated) addOperation(world, operation, attempt + 1)
    },
  })
}

/** Whether a client cannot know what came of its request. */
function isUnclear(answer: OperationReply | null): boolean {
  if (answer === null || answer.kind === 'failed') return true
  return answer.kind === 'refused' && answer.code === 'outcome-unknown'
}

/** How long a function may run. */
const limitMilliseconds = 60_000

/** Lets a caller begin. Returns its end, which does not come when it dies. */
export function startCaller(world: World, caller: Caller): Promise<void> {
  traceStep(world, caller.name, () => 'begins')
  caller.state = 'running'
  caller.diesAt = world.clock + limitMilliseconds
  return caller.run(portsOf(world, caller))
}

/** Runs one caller from start to end while nothing else happens and nothing fails. */
export async function runAlone(world: World, caller: Caller): Promise<void> {
  world.calm = true
  await startCaller(world, caller)
  world.calm = false
}

/** Runs one operation from start to end while nothing else happens and nothing fails. */
export function runCalmly(world: World, operation: Operation): Promise<void> {
  return runAlone(world, addOperation(world, operation))
}
