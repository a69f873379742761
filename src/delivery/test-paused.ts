import { addSeconds } from '../core/instant'
import { scrubbedError } from '../core/log'
import type { EndpointLife } from '../rotation/ports'
import type { DeliveryDeps } from './ports'
import type { TestPausedMessage } from './queue-message'
import { backlogSince } from './recover'
import { backlogGuardSeconds } from './recovery'
import { targetOf } from './target'
import { testDelivery, type TestRequest } from './test-delivery'
import { tellResumed } from './told-events'

/**
 * Sends a test to an endpoint that Keyturn has paused. It counts towards nothing, but its success ends the pause, and
 * what was stopped meanwhile is sent again. An endpoint that its owner has paused as well gets none.
 */
export async function testPaused(deps: DeliveryDeps, message: TestPausedMessage): Promise<void> {
  const { tenantId, endpointId, incarnation } = message
  const life = { tenantId, endpointId, incarnation }
  const [state, endpoint] = await Promise.all([deps.recoveries.load(life), deps.endpoints.load(life)])
  if (state === null || state.incarnation !== incarnation || state.pausedAt === null) return
  const target = targetOf(deps.contracts, { incarnationOf: incarnation }, endpoint)
  if (target.kind === 'none') return
  if (!(await isTaken(deps, target))) return
  await tellResumed(deps, target.endpoint, { pausedAt: state.pausedAt, at: deps.now() })
  await resume(deps, life, state.pausedAt)
}

/** Whether the receiver takes a test within the endpoint's own time limit. What fails for our own sake waits an hour. */
async function isTaken(deps: DeliveryDeps, target: Omit<TestRequest, 'eventType'>): Promise<boolean> {
  try {
    const { made } = await testDelivery(deps, { ...target, eventType: null }, Infinity)
    return made.result.error === null
  } catch (error) {
    deps.log.error('a paused endpoint could not be tested', { endpointId: target.endpoint.id, ...scrubbedError(error) })
    return false
  }
}

async function resume(deps: DeliveryDeps, life: EndpointLife, pausedAt: Date): Promise<void> {
  const now = deps.now()
  const dueAt = addSeconds(now, backlogGuardSeconds)
  const resumed = { pausedAt, backlog: backlogSince(pausedAt, now), dueAt }
  if ((await deps.recoveries.resume(life, resumed)) === 'conflict') return
  deps.log.info('endpoint resumed', { tenantId: life.tenantId, endpointId: life.endpointId })
  await deps.queue.send([{ message: { kind: 'recover', ...life, turn: 0 }, delaySeconds: 0 }])
}
