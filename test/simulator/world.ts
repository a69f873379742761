import type { Contract, SecondRotation } from '../../src/contracts/contract'
import type { Endpoint } from '../../src/rotation/endpoint'
import type { SweepDeps } from '../../src/rotation/sweep'
import { type Cloud, newCloud, type Sabotage } from './cloud'
import { contractWith, type OperationReply, type Operation } from './operation'
import type { Random } from './random'

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
  /** How far a caller's clock is off at the most, in milliseconds. */
  readonly mostSkew: number
  /** Called after each call that took effect; null while nobody watches. */
  readonly watch: ((world: World) => void) | null
  /** Called with one readable line a step; null while nobody looks. */
  readonly trace: ((line: string) => void) | null
}

/** One request or scheduled run, in a process of its own that can die. */
export interface Caller {
  readonly name: string
  /** Distinct in a world: the source of its ids. */
  readonly number: number
  /** How often it is let go on, compared with the others. */
  readonly speed: number
  /** How far its clock is ahead. */
  readonly skewMilliseconds: number
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

/** What is known of a run from outside: all that was committed, shown and answered. */
export interface Ledger {
  /** Of every endpoint. */
  readonly contract: Contract
  readonly secondRotation: SecondRotation
  /** The first broken invariant. */
  violation: string | null
  /** The states that changes made, by incarnation, oldest first. */
  readonly histories: Map<string, Endpoint[]>
  /** What is stored now, by table key. */
  readonly stored: Map<string, Endpoint>
  /** The latest revision that was ever marked as settled, by endpoint id. */
  readonly settledUpTo: Map<string, number>
  /** The version that holds AWSCURRENT, by the mirror's name. */
  readonly current: Map<string, string>
  /** The sealed secrets, by key id. */
  readonly secrets: Map<string, string>
  readonly answered: Answered[]
}

export interface Answered {
  readonly operation: Operation
  readonly answer: OperationReply
}

/** When every run begins. */
export const noon = Date.parse('2026-11-21T12:00:00Z')

export interface WorldOptions {
  readonly sabotage?: Sabotage
  /** Of every endpoint. Absent: our own, with the given rule for a second rotation. */
  readonly contract?: Contract
  readonly mostSkew?: number
  readonly watch?: (world: World) => void
  readonly trace?: (line: string) => void
}

/** A world in which nothing has happened yet. */
export function newWorld(
  random: Random,
  { secondRotation }: Pick<Ledger, 'secondRotation'>,
  { sabotage, contract = contractWith(secondRotation), mostSkew = 0, watch, trace }: WorldOptions,
): World {
  return {
    cloud: newCloud(sabotage),
    random,
    ledger: newLedger(secondRotation, contract),
    callers: [],
    waiting: [],
    late: [],
    alarms: [],
    clock: noon,
    calm: false,
    mostSkew,
    watch: watch ?? null,
    trace: trace ?? null,
  }
}

function newLedger(secondRotation: SecondRotation, contract: Contract): Ledger {
  return {
    contract,
    secondRotation,
    violation: null,
    histories: new Map(),
    stored: new Map(),
    settledUpTo: new Map(),
    current: new Map(),
    secrets: new Map(),
    answered: [],
  }
}

/** Notes that an invariant is broken, unless one is already. */
export function mustHold(ledger: Ledger, holds: boolean, invariant: string): void {
  if (!holds) ledger.violation ??= invariant
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
