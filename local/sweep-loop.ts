import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { localAws } from './aws-resources'
import { accountId } from './aws-server/wire'
import { InvocationError } from './function-worker'

// How the sweep runs locally: AWS's part of that is an EventBridge rule with a schedule.

type Invoke = (event: object) => Promise<unknown>
type Print = (line: string) => void

/**
 * Invokes the sweep again and again, each time `intervalMs` after the sweep before has ended, so that there are never
 * two at once. Prints the first of several failures in a row. Returns what ends it.
 */
export function startSweepLoop(invoke: Invoke, print: Print, intervalMs = 1000): () => void {
  const ended = new AbortController()
  void sweepUntil({ ended: ended.signal, intervalMs }, invoke, print)
  return () => ended.abort()
}

interface Schedule {
  readonly ended: AbortSignal
  readonly intervalMs: number
}

async function sweepUntil(schedule: Schedule, invoke: Invoke, print: Print): Promise<void> {
  let failed = false
  while (await pause(schedule)) {
    const fault = await faultOf(invoke(scheduledEvent(new Date())))
    if (fault !== null && !failed && !schedule.ended.aborted) print(`the sweep failed: ${fault}`)
    failed = fault !== null
  }
}

/** False once the loop is ended. */
async function pause({ ended, intervalMs }: Schedule): Promise<boolean> {
  await delay(intervalMs, null, { signal: ended, ref: false }).catch(() => undefined)
  return !ended.aborted
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
  const { region } = localAws
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: accountId,
    time: `${now.toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:events:${region}:${accountId}:rule/keyturn-local-sweep`],
    detail: {},
  }
}
