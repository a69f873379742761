import { contractWith, type Operation, runOperation } from './operation'
import { portsOf } from './ports'
import { type Caller, traceStep, type World } from './world'

/** How long a function may run. */
const limitMilliseconds = 60_000

/** A caller that will run the operation, once. With an `Idempotency-Key` its client repeats it when it has to. */
export function addCaller(world: World, operation: Operation, attempt = 1): Caller {
  const number = world.callers.length + 1
  const contract = contractWith(world.ledger.secondRotation)
  const repeat = (): void => {
    const mayRepeat = 'key' in operation && operation.key !== null && attempt < 3
    if (mayRepeat && !world.calm && world.random.chance(0.5)) addCaller(world, operation, attempt + 1)
  }
  const caller: Caller = {
    name: `${operation.kind}#${number}`,
    number,
    speed: world.random.pick([1, 4, 16]),
    died: repeat,
    run: async deps => {
      const answer = await runOperation(deps, contract, operation)
      traceStep(world, caller.name, () => `ends: ${'code' in answer ? answer.code : answer.kind}`)
      caller.state = 'finished'
      world.ledger.answered.push({ operation, answer })
      if (answer.kind === 'failed' || (answer.kind === 'refused' && answer.code === 'outcome-unknown')) repeat()
    },
    state: 'ready',
    diesAt: Infinity,
    drawn: 0,
  }
  world.callers.push(caller)
  return caller
}

/** Lets a caller begin. Returns its end, which does not come when it dies. */
export function startCaller(world: World, caller: Caller): Promise<void> {
  traceStep(world, caller.name, () => 'begins')
  caller.state = 'running'
  caller.diesAt = world.clock + limitMilliseconds
  return caller.run(portsOf(world, caller))
}

/** Runs one operation from start to end while nothing else happens and nothing fails. */
export async function runCalmly(world: World, operation: Operation): Promise<void> {
  world.calm = true
  await startCaller(world, addCaller(world, operation))
  world.calm = false
}
