import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { InvocationError } from './function-worker'

type Invoke = (event: object) => Promise<unknown>
type Tell = (line: string) => void

/**
 * Sends the schedule's event each time so long after the sweep before it has answered, so that there are never two at
 * once. Returns what ends it. The first of several failures in a row is told.
 */
export function startSweepLoop(invoke: Invoke, tell: Tell, intervalMs = 1000): () => void {
  const stop = new AbortController()
  void sweepUntil({ stopped: stop.signal, intervalMs }, invoke, tell)
  return () => stop.abort()
}

interface Schedule {
  readonly stopped: AbortSignal
  readonly intervalMs: number
}

async function sweepUntil(schedule: Schedule, invoke: Invoke, tell: Tell): Promise<void> {
  let failed = false
  while (await pause(schedule)) {
    const fault = await faultOf(invoke(scheduledEvent(new Date())))
    if (fault !== null && !failed && !schedule.stopped.aborted) tell(`the sweep failed: ${fault}`)
    failed = fault !== null
  }
}

/** False once it is stopped. */
async function pause({ stopped, intervalMs }: Schedule): Promise<boolean> {
  await delay(intervalMs, null, { signal: stopped, ref: false }).catch(() => undefined)
  return !stopped.aborted
}

async function faultOf(invocation: Promise<unknown>): Promise<string | null> {
  try {
    await invocation
    return null
  } catch (error) {
    if (error instanceof InvocationError) return error.message
    throw error
  }
}

/** As EventBridge sends it for a rule with a schedule. */
function scheduledEvent(now: Date): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: `${now.toISOString().slice(0, 19)}Z`,
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:000000000000:rule/keyturn-local-sweep'],
    detail: {},
  }
}
