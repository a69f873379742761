import { GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { deadLetterQueue, deliveryQueue, failedMessageQueue } from '../local/aws-resources'
import { OperatorError } from '../local/operator-error'
import { dynamoDbClient, pollingSqsClient, sqsClient } from '../src/aws/clients'
import { dynamoDeliveryStore } from '../src/aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import { dynamoHealthStore } from '../src/aws/dynamo-health-store'
import { sqsQueue, sqsQueueFeed } from '../src/aws/sqs-delivery-queue'
import type { DeadLetterQueue, ReceivedMessage } from '../src/delivery/ports'
import { redrive, type RedriveReport } from '../src/delivery/redrive'
import { type Given, type Report, sayOnStderr } from './command'
import { localPlace, type Place, regionOptions, type TableOptions } from './local-or-deployed'

// `keyturn redrive`: sends again what ended in the dead-letter queues, of the local run or of a deployment.

export interface RedriveOptions extends TableOptions {
  readonly queueUrl?: string
  readonly deadLetterQueueUrl?: readonly string[]
}

export async function redriveAll({ options, say }: Given<RedriveOptions>): Promise<Report> {
  const report = await redriveAt(await queuesOf(options), say)
  return { lines: [summaryOf(report)], json: report }
}

interface Queues extends Place {
  readonly queue: string
  readonly deadLetters: readonly string[]
}

/** A deployment is named by its table and its queues; else it is the local run of a data folder. @throws {OperatorError} */
async function queuesOf(options: RedriveOptions): Promise<Queues> {
  const { table, region, queueUrl: queue, deadLetterQueueUrl: deadLetters, dataDir } = options
  if ([table, region, queue, deadLetters].every(given => given === undefined)) return localQueues(dataDir)
  if (!table || queue === undefined || deadLetters === undefined) {
    throw new OperatorError('a deployment needs --table, --queue-url and --dead-letter-queue-url')
  }
  if (dataDir !== undefined) throw new OperatorError('--data-dir names a local run, --table a deployed table')
  const urls = { queue: urlOf(queue), deadLetters: deadLetters.map(urlOf) }
  return { table, clientOptions: regionOptions(region), ...urls }
}

function urlOf(text: string): string {
  if (URL.canParse(text)) return text
  throw new OperatorError(`the URL of a queue begins with https://; this is none: ${JSON.stringify(text)}`)
}

async function localQueues(dataDir: string | undefined): Promise<Queues> {
  const place = localPlace(dataDir)
  const client = sqsClient(place.clientOptions)
  try {
    const queue = await urlByName(client, deliveryQueue)
    const dead = [deadLetterQueue, failedMessageQueue].map(name => urlByName(client, name))
    return { ...place, queue, deadLetters: await Promise.all(dead) }
  } finally {
    client.destroy()
  }
}

async function urlByName(client: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name }))
  if (QueueUrl === undefined) throw new Error(`SQS does not say where ${name} is`)
  return QueueUrl
}

async function redriveAt({ table, clientOptions, queue, deadLetters }: Queues, say: Given['say']) {
  const dynamoDb = dynamoDbClient(clientOptions)
  const stored = { client: dynamoDb, name: table }
  const client = pollingSqsClient(clientOptions)
  try {
    const deps = {
      deadLetters: inTurn(deadLetters.map(queueUrl => sqsQueueFeed({ client, queueUrl }))),
      queue: sqsQueue({ client, queueUrl: queue }),
      endpoints: dynamoEndpointStore(stored),
      health: dynamoHealthStore(stored),
      deliveries: dynamoDeliveryStore(stored),
      now: () => new Date(),
      log: { info: say, error: sayOnStderr },
    }
    return await redrive(deps, new AbortController().signal)
  } finally {
    client.destroy()
    dynamoDb.destroy()
  }
}

/** Several queues as one. They are asked in turn, so that what stays in one keeps nobody from the others. */
function inTurn(queues: readonly DeadLetterQueue[]): DeadLetterQueue {
  const queueOf = new Map<string, DeadLetterQueue>()
  const ownOf = (queue: DeadLetterQueue, letters: readonly ReceivedMessage[]): readonly ReceivedMessage[] =>
    letters.filter(({ messageId }) => queueOf.get(messageId) === queue)
  let waiting = queues
  return {
    receive: async (waitSeconds, signal) => {
      for (const queue of waiting) {
        waiting = [...waiting.filter(other => other !== queue), queue]
        const letters = await queue.receive(waitSeconds, signal)
        for (const { messageId } of letters) queueOf.set(messageId, queue)
        if (letters.length > 0) return letters
      }
      return []
    },
    remove: async letters => {
      for (const queue of queues) await queue.remove(ownOf(queue, letters))
    },
    release: async letters => {
      for (const queue of queues) await queue.release(ownOf(queue, letters))
    },
  }
}

function summaryOf({ queued, dropped, gone, ...staying }: RedriveReport): string {
  const { paused, nowhere, sentAlready, unreadable } = staying
  const reasons = [
    paused > 0 && `${paused} because their endpoint is paused (resume it, then run this again)`,
    nowhere > 0 && `${nowhere} because their endpoint has no URL (give it one, then run this again)`,
    sentAlready > 0 && `${sentAlready} because this run has sent them already`,
    unreadable > 0 && `${unreadable} because they cannot be read`,
  ].filter(reason => reason !== false)
  const done = `${queued} sent again, ${dropped} delivered meanwhile, expired or given up once more, ${gone} of deleted endpoints dropped`
  return `${done}; ${reasons.length === 0 ? 'none stays' : `these stay: ${reasons.join(', ')}`}`
}
