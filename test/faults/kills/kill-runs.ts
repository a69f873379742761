import { deliveryQueue, functionEnvironment } from '../../../local/local-aws'
import type { Deployment } from '../deliver-process/deployment'
import { type Ended, type FunctionProcess, startFunctionProcess, untilDone } from '../deliver-process/function-process'
import { queueAt, visibilitySeconds } from '../deliver-process/queues'
import { sharedOut } from '../wire/shared-out'
import type { KillPoint } from './kill-point'
import type { Subject } from './subject'

export interface Kill {
  readonly subject: Subject
  readonly point: KillPoint
}

export interface KillRun extends Kill {
  readonly ended: Ended
}

/** The calls of the subject's scenario, up to the removal of the message that it began with; nothing goes wrong. */
export async function recordCalls(deployment: Deployment, subject: Subject): Promise<readonly string[]> {
  const { log } = deployment.proxy.watch([subject.tenantId])
  await untilDone(startOn(deployment, subject))
  deployment.proxy.forget()
  const names = log.calls.map(({ name }) => name)
  return names.slice(0, names.indexOf('DeleteMessageBatch 1') + 1)
}

/** Kills a process of its own at every point, some at a time. */
export async function killAll(deployment: Deployment, kills: readonly Kill[]): Promise<readonly KillRun[]> {
  const lane = (kill: Kill): Promise<KillRun> => killOne(deployment, kill)
  const runs = await sharedOut(kills, [lane, lane, lane])
  deployment.proxy.forget()
  return runs
}

async function killOne(deployment: Deployment, kill: Kill): Promise<KillRun> {
  const { point, subject } = kill
  const strike = (): Promise<void> => running.kill()
  if (point.kind === 'exchange') deployment.receiver.strikeAt(subject.tenantId, { when: point.when, strike })
  else
    deployment.proxy.watch([subject.tenantId], { fault: { hits: name => name === point.at, when: point.when, strike } })
  const running = startOn(deployment, subject)
  return { ...kill, ended: await running.ended }
}

/** The function in a process that has the subject's queue, and reaches AWS through the proxy. */
function startOn({ clock, built, proxy }: Deployment, { tenantId }: Subject): FunctionProcess {
  const queueUrl = queueAt(proxy.url, tenantId)
  const usual = functionEnvironment({ name: 'deliver', bundle: built.bundle, aws: proxy.url })
  const environment = { ...usual, QUEUE_URL: queueUrl }
  return startFunctionProcess({ ...built, environment, queueUrls: [queueUrl], aheadMs: clock.aheadMs() })
}

const mostRounds = 6

/**
 * New processes, each later than whatever was in flight or waits, work on all that the queues of the subjects have.
 * Returns how many messages are left in the end.
 */
export async function recover(deployment: Deployment, subjects: readonly Subject[]): Promise<number> {
  const { clock, built, aws, queues } = deployment
  const names = [deliveryQueue, ...subjects.map(({ tenantId }) => tenantId)]
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
