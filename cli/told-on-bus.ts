import { DescribeEventBusCommand } from '@aws-sdk/client-eventbridge'
import { eventBus } from '../local/aws-resources'
import { OperatorError } from '../local/operator-error'
import { systemCode } from '../scripts/files'
import type { Telling } from '../src/access/tell-of-api-keys'
import { eventBridgeClient } from '../src/aws/clients'
import { eventBridgeBus, EventsNotTaken } from '../src/aws/event-bridge-bus'
import { placeOf, type TableOptions } from './local-or-deployed'

// What a command did is told on the bus of the local run, or of the deployment. What was done stays done where it cannot be.

export interface BusOptions extends TableOptions {
  readonly bus?: string
}

/** The deployment's bus has the table's name, unless the table was given another one. @throws {OperatorError} naming the option */
export function busNameOf({ table, bus }: BusOptions): string {
  if (table === undefined && bus !== undefined) throw new OperatorError('--bus goes with --table')
  if (bus === undefined) return table?.split('/').at(-1) ?? eventBus
  if (/^(?:arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[A-Za-z0-9._-]{1,256}$/.test(bus)) return bus
  throw new OperatorError(
    `--bus takes the name or the ARN of an event bus, such as keyturn-prod, not ${JSON.stringify(bus)}`,
  )
}

const tellSeconds = 5

/** Returns null once everything is told; else why it is not, in words that hold no text of the AWS SDK. Never rejects. */
export async function tellOnBus(
  options: BusOptions,
  tell: (telling: Telling) => Promise<void>,
): Promise<string | null> {
  const client = eventBridgeClient(placeOf(options).clientOptions)
  const busName = busNameOf(options)
  const signal = AbortSignal.timeout(tellSeconds * 1000)
  let right = 'events:DescribeEventBus'
  try {
    // A bus that does not exist takes events without a word.
    if (options.table !== undefined) {
      await client.send(new DescribeEventBusCommand({ Name: busName }), { abortSignal: signal })
    }
    right = 'events:PutEvents'
    await tell({ events: eventBridgeBus({ client, busName }), signal })
    return null
  } catch (error) {
    return whyUntold(error, right)
  } finally {
    client.destroy()
  }
}

function whyUntold(error: unknown, right: string): string {
  if (!(error instanceof Error)) return 'it cannot be reached'
  if (error instanceof EventsNotTaken) return error.message
  if (error.name === 'AccessDeniedException') return `these AWS credentials lack ${right} on it`
  if (error.name === 'ResourceNotFoundException') return 'there is no such bus in this region; --bus names another'
  if (['AbortError', 'TimeoutError'].includes(error.name)) return `no answer within ${tellSeconds} seconds`
  const code = systemCode(error) ?? error.name
  return `it cannot be reached${/^[A-Za-z_]{1,64}$/.test(code) ? ` (${code})` : ''}`
}
