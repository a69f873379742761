import { deadLetterQueue, deliveryQueue } from '../../../../local/aws-resources'
import type { Closers } from '../../../../local/closers'
import { functionEnvironment } from '../../../../local/function-environment'
import { inLanes } from '../../../../src/core/concurrency'
import { everyKill, type ExchangeMoment, exchangeMoments, strikes } from '../../strikes'
import { type DeliveryBed, startDeliveryBed } from './bed'
import { type Ended, type FunctionProcess, startFunctionProcess, untilDone } from './function-process'
import { type Outcome, outcomesOf } from './outcome'
import { queueAt, visibilitySeconds } from './queues'
import { publishFor, type PublishedEvent, type Scenario } from './scenarios'

/** Where a process is killed: at a call to AWS by its name, or in the exchange with the receiver. */
export type KillPoint =
  | { readonly kind: 'call'; readonly at: string; readonly strike: (typeof everyKill)[number] }
  | { readonly kind: 'exchange'; readonly moment: ExchangeMoment }

/**
 * Every call in every way, in the order of the calls. The exchange follows the opening of the key that signs; where
 * there is none, nothing is sent.
 */
export function killPoints(calls: readonly string[]): readonly KillPoint[] {
  return calls.flatMap((at): readonly KillPoint[] => [
    ...everyKill.map(strike => ({ kind: 'call', at, strike }) as const),
    ...(at === 'Decrypt 1' ? exchangeMoments.map(moment => ({ kind: 'exchange', moment }) as const) : []),
  ])
}

/** All kills of all scenarios, and what is left once other processes have finished the work. */
export interface Kills {
  /** Each scenario when nothing goes wrong. */
  readonly recorded: readonly (Recorded & WithOutcomes)[]
  readonly killed: readonly (Killed & WithOutcomes)[]
  /** Messages that are in the queues in the end. */
  readonly left: number
  /** The bodies of what is in the dead-letter queue. */
  readonly deadLetters: readonly string[]
}

interface Recorded {
  readonly event: PublishedEvent
  readonly calls: readonly string[]
}

interface PlannedKill {
  readonly event: PublishedEvent
  readonly point: KillPoint
}

interface Killed extends PlannedKill {
  readonly ended: Ended
}

interface WithOutcomes {
  readonly outcomes: readonly Outcome[]
}

const lanes = 4
const processesAtOnce = 3

/** Records every scenario, kills a process at each point of it, and lets others finish the work. */
export async function killEverywhere(scenarios: readonly Scenario[], closers: Closers): Promise<Kills> {
  const bed = await startDeliveryBed(closers)
  const recorded = await record(bed, scenarios)
  const planned = await prepareKills(bed, recorded)
  const killed = await inLanes(processesAtOnce, planned, kill => killOne(bed, kill))
  bed.proxy.forget()
  const left = await recover(
    bed,
    [...recorded, ...killed].map(({ event }) => event),
  )
  const deadLetters = await bed.queues.takeAll(deadLetterQueue)
  const withOutcomes = async <Run extends { readonly event: PublishedEvent }>(run: Run) => {
    return { ...run, outcomes: await outcomesOf({ bed, deadLetters }, run.event) }
  }
  return {
    recorded: await inLanes(lanes, recorded, withOutcomes),
    killed: await inLanes(lanes, killed, withOutcomes),
    left,
    deadLetters,
  }
}

/** Later than the first retry of an attempt that failed. */
const retrySeconds = 10

async function record(bed: DeliveryBed, scenarios: readonly Scenario[]): Promise<readonly Recorded[]> {
  const events = await inLanes(lanes, [...scenarios.entries()], ([at, scenario]) =>
    publishFor(bed, scenario, `recorded-${at}`),
  )
  bed.clock.pass(retrySeconds)
  return inLanes(1, events, async event => ({ event, calls: await recordCalls(bed, event) }))
}

/** The calls about the event, up to the removal of the message that its scenario began with; nothing goes wrong. */
async function recordCalls(bed: DeliveryBed, event: PublishedEvent): Promise<readonly string[]> {
  const { calls } = bed.proxy.watch([event.tenantId])
  await untilDone(startOn(bed, event))
  bed.proxy.forget()
  const names = calls.map(({ name }) => name)
  return names.slice(0, names.indexOf('DeleteMessageBatch 1') + 1)
}

/** An event for every point. */
async function prepareKills(bed: DeliveryBed, recorded: readonly Recorded[]): Promise<readonly PlannedKill[]> {
  const points = recorded.flatMap(({ event, calls }) =>
    killPoints(calls).map(point => ({ scenario: event.scenario, point })),
  )
  const kills = await inLanes(lanes, [...points.entries()], async ([at, { scenario, point }]) => {
    // No tenant's id is in another's.
    return { point, event: await publishFor(bed, scenario, `killed-${String(at).padStart(3, '0')}`) }
  })
  bed.clock.pass(retrySeconds)
  return kills
}

/** Kills a process of its own at the point. */
async function killOne(bed: DeliveryBed, planned: PlannedKill): Promise<Killed> {
  const { point, event } = planned
  const kill = (): Promise<void> => running.kill()
  if (point.kind === 'exchange') bed.receiver.killIn(event.tenantId, { moment: point.moment, kill })
  else {
    const fault = { hits: (name: string) => name === point.at, strike: strikes[point.strike], kill }
    bed.proxy.watch([event.tenantId], { fault })
  }
  const running = startOn(bed, event)
  return { ...planned, ended: await running.ended }
}

/** The function in a process that has the event's queue, and reaches AWS through the proxy. */
function startOn({ clock, built, proxy }: DeliveryBed, { tenantId }: PublishedEvent): FunctionProcess {
  const queueUrl = queueAt(proxy.url, tenantId)
  const usual = functionEnvironment({ name: 'deliver', bundle: built.bundle, aws: proxy.url })
  const environment = { ...usual, QUEUE_URL: queueUrl }
  return startFunctionProcess({ ...built, environment, queueUrls: [queueUrl], aheadMs: clock.aheadMs() })
}

const mostRounds = 6

/**
 * New processes, each later than whatever was in flight or waits, work on all that the queues of the events have.
 * Returns how many messages are left in the end.
 */
async function recover(bed: DeliveryBed, events: readonly PublishedEvent[]): Promise<number> {
  const { clock, built, aws, queues } = bed
  const names = [deliveryQueue, ...events.map(({ tenantId }) => tenantId)]
  const environment = functionEnvironment({ name: 'deliver', bundle: built.bundle, aws })
  const queueUrls = names.map(name => queueAt(aws, name))
  let left = Number.POSITIVE_INFINITY
  for (let round = 0; round < mostRounds && left > 0; round += 1) {
    clock.pass(visibilitySeconds + 1)
    await untilDone(startFunctionProcess({ ...built, environment, queueUrls, aheadMs: clock.aheadMs() }))
    left = await queues.messagesIn(names)
  }
  return left
}
