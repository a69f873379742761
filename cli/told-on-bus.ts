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

export interface Bus {
  readonly name: string
  /** Returns null once everything is told; else why it is not, in words that hold no text of the AWS SDK. Never rejects. */
  tell(tell: (telling: Telling) => Promise<void>): Promise<string | null>
}

/** The deployment's bus has the table's name, unless the table was given another. @throws {OperatorError} naming the option */
export function busOf(options: BusOptions): Bus {
  const name = busNameOf(options)
  const { clientOptions } = placeOf(options)
  return {
    name,
    tell: async tell => {
      const client = eventBridgeClient(clientOptions)
      const signal = AbortSignal.timeout(tellSeconds * 1000)
      let right = 'events:DescribeEventBus'
      try {
        // A bus that does not exist takes events without a word.
        if (options.table !== undefined) {
          await client.send(new DescribeEventBusCommand({ Name: name }), { abortSignal: signal })
        }
        right = 'events:PutEvents'
        await tell({ events: eventBridgeBus({ client, busName: name }), signal })
        return null
      } catch (error) {
        return whyUntold(error, right)
      } finally {
        client.destroy()
      }
    },
  }
}

function busNameOf({ table, bus }: BusOptions): string {
  if (table === undefined && bus !== undefined) throw new OperatorError('--bus goes with --table')
  if (bus === undefined) return table?.split('/').at(-1) ?? eventBus
  if (/^(?:arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[A-Za-z0-9._-]{1,256}$/.test(bus)) return bus
  throw new OperatorError(
    `--bus takes the name or the ARN of an event bus, such as keyturn-prod, not ${JSON.stringify(bus)}`,
  )
}

const tellSeconds = 5

function whyUntold(error: unknown, right: string): string {
  if (error instanceof EventsNotTaken) return error.message
  const name = String(Object(error).name)
  if (name === 'AccessDeniedException') return `these AWS credentials lack ${right} on it`
  if (name === 'ResourceNotFoundException') return 'there is no such bus in this region; --bus names another'
  if (['AbortError', 'TimeoutError'].includes(name)) return `no answer within ${tellSeconds} seconds`
  if (/^[A-Za-z]{1,64}Exception$/.test(name)) return `EventBridge refused (${name})`
  const code = systemCode(error)
  return `it cannot be reached${code === undefined ? '' : ` (${code})`}`
}
