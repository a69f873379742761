import type { SweepDeps } from '../../src/rotation/sweep'
import type { Cloud } from './cloud'
import type { Ledger } from './ledger'
import type { Random } from './random'

/** One request or scheduled run, in a process of its own that can die. */
export interface Caller {
  readonly name: string
  /** Distinct in a world: the source of its ids. */
  readonly number: number
  /** How often it is let go on, compared with the others. */
  readonly speed: number
  readonly run: (deps: SweepDeps) => Promise<void>
  /** What happens when it dies before its end. */
  readonly died: () => void
  state: 'ready' | 'running' | 'finished' | 'dead'
  /** When its time limit ends it, in milliseconds. */
  diesAt: number
  /** How many random values it has drawn. */
  drawn: number
}

/** One call to a service that its caller waits for. */
export interface PortCall {
  readonly caller: Caller
  readonly name: string
  readonly input: readonly unknown[]
  readonly effect: () => Promise<unknown>
  readonly signal: AbortSignal | null
  readonly issuedAt: number
  /** When the client gives the call up by itself. */
  readonly givenUpAt: number
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: unknown) => void
  /** On its way, and late: it takes effect without the scheduler's leave. */
  sent: boolean
}

export interface LateCall {
  readonly at: number
  readonly call: Pick<PortCall, 'caller' | 'name' | 'input' | 'effect'>
}

export interface Alarm {
  readonly at: number
  readonly caller: Caller
  readonly ring: () => void
}

/** All there is in one run. Times are milliseconds since 1970. */
export interface World {
  readonly cloud: Cloud
  readonly random: Random
  readonly ledger: Ledger
  readonly callers: Caller[]
  readonly waiting: PortCall[]
  readonly late: LateCall[]
  readonly alarms: Alarm[]
  clock: number
  /** Calls are answered at once and nothing fails. */
  calm: boolean
  /** Called with one readable line a step; null while nobody looks. */
  readonly trace: ((line: string) => void) | null
}

export function traceStep(world: World, who: string, what: () => string): void {
  world.trace?.(`${new Date(world.clock).toISOString().slice(11, 23)}  ${who.padEnd(12)} ${what()}`)
}

/** Resolves when every promise that could go on has done so. */
export function drained(): Promise<void> {
  return new Promise(resolve => {
    process.nextTick(resolve)
  })
}
