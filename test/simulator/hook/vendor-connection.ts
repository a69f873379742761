import { noReply, VendorError, type VendorReply } from '../../../src/rotation-hook/vendor-failure'
import type { VendorHttpRequest } from '../../../src/rotation-hook/vendor-request'
import type { SweepDeps } from '../../../src/rotation/sweep'
import { addCaller } from '../callers'
import { callPort } from '../network'
import type { Caller } from '../world'
import type { HookBed } from './bed'
import { requestOf, serveRequest, type VendorRequest } from './vendor'

/** How long a hook waits for a reply. */
const patienceMilliseconds = 10_000

const refusedConnection = noReply('vendor-unreachable')
const lostConnection = noReply('vendor-connection-lost')
const timedOut = noReply('vendor-timeout')

/** A reply, or why there is none. */
type Outcome = VendorReply | VendorError

/** Sends the requests of one run of the hook to the vendor, a process of its own, over a network that loses and delays. */
export function sendTo(bed: HookBed, caller: Caller, token: string) {
  return async (url: string, request: VendorHttpRequest): Promise<VendorReply> => {
    const outcome = await exchange(bed, caller, requestOf(bed, token, { url, request }))
    if (outcome instanceof VendorError) throw outcome
    return outcome
  }
}

async function exchange(bed: HookBed, caller: Caller, request: VendorRequest): Promise<Outcome> {
  const { world } = bed
  const { use } = request.operation
  const reply = newReply()
  const arrive = once(() =>
    receive(bed, request, outcome => bringBack(bed, caller, lost => reply.settle(lost ?? outcome))),
  )
  try {
    await callPort(world, caller, { name: `vendor.${use}`, input: [request.reason], effect: arrive, signal: null })
  } catch (error) {
    return sendingFailed(bed, error)
  }
  world.alarms.push({ at: world.clock + patienceMilliseconds, caller, ring: () => reply.settle(timedOut) })
  return reply.outcome
}

interface PendingReply {
  readonly outcome: Promise<Outcome>
  readonly settle: (outcome: Outcome) => void
}

function newReply(): PendingReply {
  let resolved: (outcome: Outcome) => void = () => undefined
  const outcome = new Promise<Outcome>(resolve => {
    resolved = resolve
  })
  return { outcome, settle: outcome => resolved(outcome) }
}

/** Nobody sends a POST twice by himself: what the network repeats arrives once. */
function once(effect: () => void): () => Promise<void> {
  let isDone = false
  return async () => {
    if (!isDone) effect()
    isDone = true
  }
}

/** The vendor takes the request up. A vendor that dies answers 502, or not at all. */
function receive(bed: HookBed, request: VendorRequest, answer: (outcome: Outcome) => void): void {
  const { world, plan } = bed
  addCaller<VendorReply>(world, {
    name: `vendor-${request.operation.use}`,
    run: (caller, deps) => serveRequest(withDistinctEnds(deps, caller), plan.contract, request),
    ended: reply => {
      if (reply !== null) answer(reply)
      else if (world.random.chance(0.5)) answer({ status: 502, retryAfter: null, body: undefined })
    },
  })
}

/** Secrets whose last characters tell them apart. */
function withDistinctEnds(deps: SweepDeps, caller: Caller): SweepDeps {
  return {
    ...deps,
    randomBytes: count => {
      const bytes = deps.randomBytes(count)
      if (count >= 8) bytes.writeUInt16BE((caller.number * 16 + caller.drawn) % 65_536, count - 2)
      return bytes
    },
  }
}

/** A reply can be lost on its way, or take its time. */
function bringBack({ world, rough, plan }: HookBed, caller: Caller, arrive: (lost: VendorError | null) => void): void {
  const fate =
    rough && plan.faultRate > 0 && world.random.chance(0.2)
      ? world.random.pick(['silence', 'reset', 'late'])
      : 'arrives'
  if (fate === 'silence' || caller.state !== 'running') return
  if (fate !== 'late') return arrive(fate === 'reset' ? lostConnection : null)
  world.alarms.push({ at: world.clock + world.random.below(20_000), caller, ring: () => arrive(null) })
}

/** Why there is no reply, or an answer of whoever stands before the vendor. */
function sendingFailed({ world }: HookBed, error: unknown): Outcome {
  const isThrottled = error instanceof Error && error.name === 'ThrottlingException'
  if (!isThrottled) return world.random.chance(0.5) ? timedOut : lostConnection
  if (world.random.chance(0.5)) return refusedConnection
  return { status: 429, retryAfter: world.random.pick(['2', '60', null]), body: undefined }
}
