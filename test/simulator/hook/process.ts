import type { SweepDeps } from '../../../src/rotation/sweep'
import { type Caller, traceStep, type World } from '../world'

/** Something that runs on its own and can die. */
export interface Process<Result> {
  readonly name: string
  /** How often it is let go on, compared with the others. Absent: at random. */
  readonly speed?: number
  /** Does not reject. */
  readonly work: (caller: Caller, deps: SweepDeps) => Promise<Result>
  /** Told what came of it; null: it died. */
  readonly ended: (result: Result | null) => void
}

/** A process that will begin when the scheduler lets it. */
export function addProcess<Result>(world: World, { name, speed, work, ended }: Process<Result>): Caller {
  const number = world.callers.length + 1
  const caller: Caller = {
    name: `${name}#${number}`,
    number,
    speed: speed ?? world.random.pick([1, 4, 16]),
    died: () => ended(null),
    run: async deps => {
      const result = await work(caller, deps)
      traceStep(world, caller.name, () => 'ends')
      caller.state = 'finished'
      ended(result)
    },
    state: 'ready',
    diesAt: Infinity,
    drawn: 0,
  }
  world.callers.push(caller)
  return caller
}
