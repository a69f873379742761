import { lateCallSeconds } from '../../src/rotation/change'
import { type Strike, strikes, type Struck } from '../faults/strikes'
import { checkStates } from './check-states'
import { type Caller, type PortCall, traceStep, type World } from './world'

/** When an SDK client gives a call up that nobody aborts. */
export const clientMilliseconds = 5000

/** What a caller is told of a call that its client gave up, and of one that the service refused for its rate. */
export const timedOut = Object.assign(new Error('timed out'), { name: 'TimeoutError' })
const throttled = Object.assign(new Error('throttled'), { name: 'ThrottlingException' })

export type Fault = Strike | 'throttle' | 'late' | 'repeat'
export type Decision = 'answer' | Fault

export interface PortRequest<Reply> {
  readonly name: string
  readonly input: readonly unknown[]
  readonly effect: () => Promise<Reply>
  readonly signal: AbortSignal | null
}

/** Waits for the scheduler to decide what becomes of the call. */
export function callPort<Reply>(world: World, caller: Caller, request: PortRequest<Reply>): Promise<Reply> {
  if (request.signal?.aborted) return Promise.reject(request.signal.reason as Error)
  if (world.calm) return takeEffect(world, request)
  return new Promise<unknown>((resolve, reject) => {
    const issuedAt = world.clock
    const times = { issuedAt, givenUpAt: issuedAt + clientMilliseconds }
    world.waiting.push({ ...request, ...times, caller, resolve, reject, sent: false })
  }) as Promise<Reply>
}

/** Does to one waiting call what was decided. */
export function serve(world: World, call: PortCall, decision: Decision): void {
  traceStep(world, call.caller.name, () => `${describeCall(call)}: ${decision}`)
  if (decision === 'late') return sendLate(world, call)
  remove(world, call)
  switch (decision) {
    case 'answer':
      return call.resolve(takeEffect(world, call))
    case 'throttle':
      return call.reject(throttled)
    case 'repeat':
      ignore(takeEffect(world, call))
      return call.resolve(takeEffect(world, call))
    case 'killed-before':
    case 'reply-lost':
    case 'killed-after':
      return strike(world, call, strikes[decision])
  }
}

function strike(world: World, call: PortCall, { takesEffect, killsCaller }: Struck): void {
  if (takesEffect) ignore(takeEffect(world, call))
  if (killsCaller) kill(world, call.caller)
  else call.reject(timedOut)
}

/** The caller dies. Each of its calls may be on its way already, and arrive later. */
export function kill(world: World, caller: Caller): void {
  traceStep(world, caller.name, () => 'dies')
  caller.state = 'dead'
  for (const call of world.waiting.filter(call => call.caller === caller)) loseCall(world, call)
  caller.died()
}

/** The caller hears no more of the call. */
export function giveUp(world: World, call: PortCall, error: unknown): void {
  traceStep(world, call.caller.name, () => `gives up ${call.name}`)
  loseCall(world, call)
  call.reject(error)
}

/** Lets a late call take effect, whoever still waits for it. */
export function arrive(world: World, call: Pick<PortCall, 'caller' | 'name' | 'input' | 'effect'>): void {
  traceStep(world, call.caller.name, () => `${describeCall(call)}: arrives late`)
  ignore(takeEffect(world, call))
}

function loseCall(world: World, call: PortCall): void {
  remove(world, call)
  if (!call.sent && world.random.chance(0.5)) sendLate(world, call)
}

function sendLate(world: World, call: PortCall): void {
  const { random } = world
  call.sent = true
  const latest = call.issuedAt + lateCallSeconds * 1000
  const delay = random.below(random.pick([500, 4000, 20_000, 120_000, lateCallSeconds * 1000]))
  const at = random.chance(0.3) ? latest : Math.min(world.clock + delay, latest)
  world.late.push({ at, call })
}

function takeEffect<Reply>(
  world: World,
  { name, input, effect }: { name: string; input: readonly unknown[]; effect: () => Promise<Reply> },
): Promise<Reply> {
  const reply = effect()
  checkStates(world, name, input)
  world.watch?.(world)
  return reply
}

function remove(world: World, call: PortCall): void {
  const place = world.waiting.indexOf(call)
  if (place !== -1) world.waiting.splice(place, 1)
}

function ignore(reply: Promise<unknown>): void {
  reply.catch(() => 'nobody hears of it')
}

function describeCall({ name, input }: Pick<PortCall, 'name' | 'input'>): string {
  return `${name}(${input.map(described).join(', ')})`
}

/** A short text for one argument: ids and revisions only. */
function described(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map(described).join(' ')}]`
  const shown = ['endpointId', 'revision', 'dueAt', 'lookAgainAt', 'versionId', 'from', 'to', 'kind', 'type', 'id']
  const members = Object.entries(value).filter(([name]) => shown.includes(name))
  return members.map(([name, member]) => `${name}=${member instanceof Date ? member.toISOString() : member}`).join(' ')
}
