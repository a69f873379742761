import { describe, expect, it } from '@jest/globals'
import { type SweepContext, sweepHandler, type SweepLine } from '../../../lambdas/handlers'
import { addSeconds } from '../../../src/core/instant'
import type { Fields } from '../../../src/core/log'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { mirrorVersionId } from '../../../src/rotation/mirror'
import { newCloud, type Sabotage } from '../../simulator/cloud'
import { changed, noon, sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'
import { sweepBed } from '../rotation/sweep-bed'
import { type DataPoint, replayAlarm, type Transition } from './support/replay-alarm'
import { resources, synthesise } from './support/synthesise'

// The real sweep settles minute by minute; the gauges that the stack reads from its lines ring the stack's own alarms.

const stack = synthesise()
const name = 'keyturn-dev-'
const alarms = new Map(
  resources(stack, 'aws_cloudwatch_metric_alarm').map(alarm => [String(alarm.alarm_name).slice(name.length), alarm]),
)

/** The field of the sweep's line that each metric of the stack is read from. */
const fields = new Map(
  resources(stack, 'aws_cloudwatch_log_metric_filter').map(({ pattern, metric_transformation: metric }) => {
    expect(pattern).toBe('{ $.message = "swept" }')
    return [String(Object(metric).name), String(Object(metric).value).slice('$.'.length)]
  }),
)

const plenty: SweepContext = { awsRequestId: 'sweep-1', getRemainingTimeInMillis: () => 58_000 }
const noTime: SweepContext = { ...plenty, getRemainingTimeInMillis: () => 0 }

interface Scene {
  readonly endpoints: readonly Endpoint[]
  /** Whether everything works, so many minutes from the beginning. */
  readonly works?: (minute: number) => boolean
  readonly sabotage?: (works: () => boolean) => Sabotage
  readonly context?: (minute: number) => SweepContext
  /** What else happens at so many minutes from the beginning. */
  readonly meanwhile?: (minute: number, store: ReturnType<typeof newCloud>['services']['store']) => Promise<void>
}

/** The lines of a sweep a minute, and when each was written. */
async function linesOf(scene: Scene, minutes: number): Promise<readonly { atSeconds: number; line: Fields }[]> {
  const { works = () => true, sabotage = () => services => services, context = () => plenty } = scene
  let minute = 0
  const { services } = newCloud(sabotage(() => works(minute)))
  for (const endpoint of scene.endpoints) await services.store.create(endpoint, vacant)
  const { deps, clock } = sweepBed(services)
  const lines: { atSeconds: number; line: Fields }[] = []
  const info = (message: string, line: Fields): void => {
    if (message === 'swept') lines.push({ atSeconds: minute * 60, line })
  }
  const none = async function* () {}
  const handle = sweepHandler({
    ...deps,
    log: { ...deps.log, info },
    deliveries: { due: none, load: async () => null, save: refuse },
    recoveries: { ...untouched, due: none },
    queue: { send: async () => undefined },
  })
  for (; minute < minutes; minute += 1) {
    clock.at = addSeconds(noon, minute * 60 + 7)
    await scene.meanwhile?.(minute, services.store)
    await handle({}, context(minute))
  }
  return lines
}

const refuse = () => Promise.reject(new Error('nothing is to be called'))
const untouched = { load: refuse, postpone: refuse, begin: refuse, move: refuse, resume: refuse }

/** What every alarm on a gauge does, by the alarm's id; those that stay quiet are left out. */
async function ringsOf(scene: Scene, minutes: number): Promise<Readonly<Record<string, readonly Transition[]>>> {
  const lines = await linesOf(scene, minutes)
  const rings: Record<string, readonly Transition[]> = {}
  for (const [id, alarm] of alarms) {
    const field = fields.get(String(alarm.metric_name))
    if (field === undefined) continue
    const points = lines.map(({ atSeconds, line }): DataPoint => ({ atSeconds, value: Number(line[field]) }))
    const transitions = replayAlarm(alarm, points, minutes * 60)
    if (transitions.length > 0) rings[id] = transitions
  }
  return rings
}

const { settings } = sampleEndpoint()
const unmirrored = { ...settings, mirror: 'off', consumers: [] } as const

function dueEndpoint(id: string): Endpoint {
  return sampleEndpoint({ id, settings: unmirrored, dueAt: addSeconds(noon, 6) })
}

/** The bus takes no event of one endpoint. */
const brokenEvents: Scene['sabotage'] = works => services => ({
  ...services,
  events: {
    publish: async (events, signal) => {
      if (!works() && events.some(({ endpointId }) => endpointId === 'broken')) throw new Error('no')
      await services.events.publish(events, signal)
    },
  },
})

const readers = ['arn:aws:iam::111122223333:role/reader']

/** Secrets Manager takes no policy of a mirror that is there. */
const brokenPolicy: Scene['sabotage'] = works => services => ({
  ...services,
  mirror: {
    ...services.mirror,
    describe: async () => ({ currentVersionId: null, deleted: false, hasOwnKey: true }),
    putPolicy: async () => {
      if (!works()) throw new Error('no')
      return 'put'
    },
  },
})

function expectOneRing(transitions: readonly Transition[] | undefined, mendedAt: number): void {
  expect(transitions?.map(({ to }) => to)).toEqual(['ALARM', 'OK'])
  const [rang, ended] = transitions ?? []
  expect(rang?.atSeconds).toBeLessThanOrEqual(15 * 60)
  expect(ended?.atSeconds).toBeGreaterThan(mendedAt)
  expect(ended?.atSeconds).toBeLessThanOrEqual(mendedAt + 25 * 60)
}

const mended = 180
const untilMended = (minute: number): boolean => minute >= mended

describe('the alarms on the gauges of the sweep', () => {
  it('read fields that every sweep writes', async () => {
    const [first] = await linesOf({ endpoints: [] }, 1)
    const line = first?.line as SweepLine | undefined
    expect([...fields.values()].toSorted()).toEqual([
      'backlog',
      'changedByHand',
      'consumersNotWritten',
      'failing',
      'oldestSeconds',
    ])
    for (const field of fields.values()) expect(line).toHaveProperty(field, 0)
  })

  it('ring within 15 minutes for an endpoint that cannot be settled, and once, until it is mended', async () => {
    const endpoints = [dueEndpoint('broken'), dueEndpoint('whole')]
    const rings = await ringsOf({ endpoints, works: untilMended, sabotage: brokenEvents }, 240)
    expect(Object.keys(rings).toSorted()).toEqual(['endpoints-failing', 'oldest-unsettled'])
    for (const transitions of Object.values(rings)) expectOneRing(transitions, mended * 60)
  })

  it('ring within 15 minutes, and once, for a consumer that the policy of a mirror cannot name', async () => {
    const endpoint = sampleEndpoint({ settings: { ...settings, consumers: readers }, dueAt: addSeconds(noon, 6) })
    const settling = { revision: 2, mirrorVersionId: mirrorVersionId(endpoint), failures: 0, error: null }
    const rings = await ringsOf(
      { endpoints: [{ ...endpoint, settling }], works: untilMended, sabotage: brokenPolicy },
      240,
    )
    expect(Object.keys(rings).toSorted()).toEqual(['consumers-not-written', 'endpoints-failing'])
    for (const transitions of Object.values(rings)) expectOneRing(transitions, mended * 60)
  })

  it('ring within 15 minutes, and once, where sweeps have no time for what is due', async () => {
    const context = (minute: number): SweepContext => (untilMended(minute) ? plenty : noTime)
    const rings = await ringsOf({ endpoints: [dueEndpoint('waiting')], context }, 240)
    expect(Object.keys(rings).toSorted()).toEqual(['backlog-left', 'oldest-unsettled'])
    for (const transitions of Object.values(rings)) expectOneRing(transitions, mended * 60)
  })

  it('stay as they are while no sweep tells anything', () => {
    const alarm = alarms.get('endpoints-failing') ?? {}
    const failing = Array.from({ length: 20 }, (_, minute) => ({ atSeconds: minute * 60, value: 1 }))
    expect(replayAlarm(alarm, failing, 7200)).toEqual([{ to: 'ALARM', atSeconds: 600 }])
    expect(alarms.get('sweep-silent')).toMatchObject({ treat_missing_data: 'breaching' })
  })

  it('are quiet while all goes well, and where what failed once is mended by the next sweeps', async () => {
    const rotates: Scene['meanwhile'] = async (minute, store) => {
      const endpoint = await store.load({ tenantId: 'org_1', endpointId: 'broken' })
      if (endpoint === null || minute % 5 !== 0) return
      const at = addSeconds(noon, minute * 60)
      const { changes, revision, ...next } = changed(endpoint, { dueAt: addSeconds(at, 5), settings: unmirrored })
      const [change, ...before] = changes
      await store.commit({ ...next, revision, changes: [{ ...change, at }, ...before] }, endpoint.revision)
    }
    const works = (minute: number): boolean => minute % 10 !== 0
    const scene = { endpoints: [dueEndpoint('broken')], works, sabotage: brokenEvents, meanwhile: rotates }
    expect(await ringsOf(scene, 180)).toEqual({})
  })
})

describe('the alarms on deliveries', () => {
  const watched = [...alarms].flatMap(([id, { dimensions }]) => {
    const queue = Object(dimensions).QueueName
    return queue === undefined ? [] : [{ id, queue: String(queue) }]
  })

  it('ring for a message that could not be worked on, and for no receiver that is dead', () => {
    const queues = Object(stack.resource.aws_sqs_queue)
    const nameOf = (reference: string) => queues[reference.split('.')[1] ?? '']?.name
    expect(watched.map(({ id, queue }) => ({ id, queue: nameOf(queue) }))).toEqual([
      { id: 'deliveries-behind', queue: 'keyturn-dev-deliveries' },
      { id: 'failed-messages', queue: 'keyturn-dev-deliveries-failed-messages' },
      { id: 'failed-sweeps', queue: 'keyturn-dev-failed-sweeps' },
    ])
  })
})
