import type { Endpoint } from '../../src/rotation/endpoint'
import { addOperation, runCalmly, startCaller } from './callers'
import { checkReveals } from './check-answers'
import { checkEnd } from './check-end'
import type { Sabotage } from './cloud'
import { serve } from './network'
import type { Operation } from './operation'
import { seededRandom } from './random'
import { drained, newWorld, type PortCall, type World } from './world'

export interface Orders {
  /** In how many orders the calls of all callers can be made. */
  readonly orders: bigint
  /** Distinct states on the way: each is visited once, and orders that meet in a state go on together. */
  readonly states: number
  /** The first broken invariant with its order, or null. */
  readonly violation: string | null
}

export interface OrdersOptions {
  readonly operations: readonly Operation[]
  /** A rotation dies as soon as it is committed, and leaves all settling to others. */
  readonly dieAtCommit: boolean
  readonly sabotage?: Sabotage
}

const rotation = { kind: 'rotate', endpointId: 'ep_1', overlapSeconds: 86_400, forced: false, key: null } as const
const settling = { kind: 'settle', endpointId: 'ep_1' } as const

export const twoRotations: readonly Operation[] = [rotation, { ...rotation }]
export const twoByTwo: readonly Operation[] = [...twoRotations, settling, { ...settling }]

const rule = { secondRotation: { kind: 'keep', maximumLiveKeys: 5 } } as const

interface Exploration extends OrdersOptions {
  /** How many orders lead from a state to the end. */
  readonly known: Map<string, bigint>
  violation: string | null
}

/**
 * Runs the operations on one settled, mirrored endpoint in every order of their calls to store and mirror. Calls to the
 * other services are answered at once: they neither read nor write what another caller's calls do, so that their place
 * changes nothing.
 */
export async function everyOrder(options: OrdersOptions): Promise<Orders> {
  const exploration: Exploration = { ...options, known: new Map(), violation: null }
  const orders = await ordersFrom(exploration, [])
  return { orders, states: exploration.known.size, violation: exploration.violation }
}

/** In how many orders it can go on after the callers with these numbers have each made one call. */
async function ordersFrom(exploration: Exploration, made: readonly number[]): Promise<bigint> {
  if (exploration.violation !== null) return 0n
  const { world, heard } = await replay(exploration, made)
  const text = stateText(world, heard)
  const known = exploration.known.get(text)
  if (known !== undefined) return known
  const next = world.waiting.map(call => call.caller.number)
  let orders = next.length === 0 ? 1n : 0n
  if (next.length === 0) await finish(world)
  noteViolation(exploration, world, made)
  for (const number of next) orders += await ordersFrom(exploration, [...made, number])
  exploration.known.set(text, orders)
  return orders
}

interface Replay {
  readonly world: World
  /** What each caller was answered so far, which with its operation decides all that it does next. */
  readonly heard: ReadonlyMap<number, readonly unknown[]>
}

async function replay(options: OrdersOptions, made: readonly number[]): Promise<Replay> {
  const { operations, sabotage } = options
  const world = newWorld(seededRandom(0), rule, sabotage ? { sabotage } : {})
  await runCalmly(world, { kind: 'create', endpointId: 'ep_1', mirror: 'on', key: null })
  const heard = new Map<number, unknown[]>()
  for (const operation of operations) void startCaller(world, addOperation(world, operation))
  await answerOthers(world)
  for (const number of made) {
    const call = world.waiting.find(waiting => waiting.caller.number === number)
    if (!call) throw new RangeError(`caller ${number} waits for nothing`)
    const reply = await replyTo(world, call)
    heard.set(number, [...(heard.get(number) ?? []), reply])
    const isCommitted = call.name === 'store.commit' && reply === 'stored'
    if (options.dieAtCommit && isCommitted) call.caller.state = 'dead'
    else call.resolve(reply)
    await answerOthers(world)
  }
  return { world, heard }
}

/** Lets the call take effect. Returns what its caller is to hear. */
function replyTo(world: World, call: PortCall): Promise<unknown> {
  return new Promise(resolve => {
    const overheard = { ...call, resolve }
    world.waiting.splice(world.waiting.indexOf(call), 1, overheard)
    serve(world, overheard, 'answer')
  })
}

/** Answers what waits for any service but store and mirror. */
async function answerOthers(world: World): Promise<void> {
  await drained()
  for (let other = nextOther(world); other; other = nextOther(world)) {
    serve(world, other, 'answer')
    await drained()
  }
}

function nextOther({ waiting }: World): PortCall | undefined {
  return waiting.find(({ name }) => !name.startsWith('store.') && !name.startsWith('mirror.'))
}

/**
 * All that decides how the callers go on: what is stored, what the mirror holds, and what each caller has heard. Settles
 * are alike, so it does not matter which of them has heard what.
 */
function stateText({ cloud, callers }: World, heard: ReadonlyMap<number, readonly unknown[]>): string {
  const items = [...cloud.state.table.endpoints.values()].map(({ endpoint }) => endpointText(endpoint))
  const mirrors = [...cloud.state.vault.secrets].map(
    ([name, { labels, documents, deleted }]) =>
      `${name} ${[...labels].map(String).sort().join()} ${[...documents.keys()].sort().join()} ${deleted}`,
  )
  const replies = callers.map(({ name, number }) => {
    const who = name.startsWith('settle') ? 'settle' : name
    return `${who} ${(heard.get(number) ?? []).map(replyText).join()}`
  })
  return [...items, ...mirrors, ...replies.sort()].join('\n')
}

function replyText(reply: unknown): string {
  if (typeof reply !== 'object' || reply === null) return String(reply)
  return 'ring' in reply ? endpointText(reply as Endpoint) : JSON.stringify(reply)
}

/** The revision's change tells what was written; settling has its own say. */
function endpointText({ changes, settling, dueAt, lookAgainAt }: Endpoint): string {
  const made = changes.map(change => `${change.id}@${change.revision}`).join('+')
  return `${made} ${settling.revision} ${settling.mirrorVersionId} ${dueAt?.getTime()} ${lookAgainAt?.getTime()}`
}

async function finish(world: World): Promise<void> {
  await checkEnd(world, { sweepsMeanwhile: false })
  checkReveals(world)
}

function noteViolation(exploration: Exploration, { ledger }: World, made: readonly number[]): void {
  if (ledger.violation !== null) exploration.violation ??= `${ledger.violation}, after the calls of ${made.join(' ')}`
}
