import { resolve } from 'node:path'
import { dynamoDbClient, pollingSqsClient, type ClientOptions } from '../aws/clients'
import { dynamoDeliveryStore } from '../aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../aws/dynamo-endpoint-store'
import { dynamoHealthStore } from '../aws/dynamo-health-store'
import { sqsQueue } from '../aws/sqs-delivery-queue'
import { sqsQueueFeed } from '../aws/sqs-queue-feed'
import { redrive, type RedriveReport } from '../delivery/redrive'
import { queueUrl } from './aws-endpoint/sqs/queue-url'
import { readDescription } from './key-table'
import { deadLetterQueue, deliveryQueue } from './local-aws'
import { parseArguments } from './parse-arguments'
import { regionOptions } from './region'
import { runCommand } from './run-command'
import { StartError } from './start-error'

// `npm run redrive`: sends again what ended in the dead-letter queue, of the local run or of a deployment.

interface Place {
  readonly options: ClientOptions
  readonly table: string
  readonly queue: string
  readonly deadLetters: string
}

const argumentOptions = {
  table: { type: 'string' },
  region: { type: 'string' },
  'queue-url': { type: 'string' },
  'dead-letter-queue-url': { type: 'string' },
  'data-dir': { type: 'string' },
} as const

/** A deployment is named by its table and both queues; else it is the local run of a data folder. @throws {StartError} */
function placeOf(args: readonly string[]): Place {
  const { values } = parseArguments({ args: [...args], options: argumentOptions })
  const { table, region, 'queue-url': queue, 'dead-letter-queue-url': deadLetters } = values
  if ([table, region, queue, deadLetters].every(given => given === undefined)) {
    return localPlace(resolve(values['data-dir'] ?? '.keyturn'))
  }
  if (!table || queue === undefined || deadLetters === undefined) {
    throw new StartError('a deployment needs --table, --queue-url and --dead-letter-queue-url')
  }
  if (values['data-dir'] !== undefined) throw new StartError('--data-dir names a local run, --table a deployed table')
  return { options: regionOptions(region), table, queue: urlOf(queue), deadLetters: urlOf(deadLetters) }
}

function urlOf(text: string): string {
  if (URL.canParse(text)) return text
  throw new StartError(`the URL of a queue begins with https://; this is none: ${JSON.stringify(text)}`)
}

function localPlace(dataDir: string): Place {
  const { aws, region, table, accessKeyId, secretAccessKey } = readDescription(dataDir)
  const { host } = new URL(aws)
  return {
    options: { endpoint: aws, region, credentials: { accessKeyId, secretAccessKey } },
    table,
    queue: queueUrl(host, deliveryQueue),
    deadLetters: queueUrl(host, deadLetterQueue),
  }
}

async function run({ options, table, queue, deadLetters }: Place): Promise<RedriveReport> {
  const dynamoDb = dynamoDbClient(options)
  const stored = { client: dynamoDb, name: table }
  const client = pollingSqsClient(options)
  try {
    const deps = {
      deadLetters: sqsQueueFeed({ client, queueUrl: deadLetters }),
      queue: sqsQueue({ client, queueUrl: queue }),
      endpoints: dynamoEndpointStore(stored),
      health: dynamoHealthStore(stored),
      deliveries: dynamoDeliveryStore(stored),
      now: () => new Date(),
      log: { info: console.log, error: console.error },
    }
    return await redrive(deps, new AbortController().signal)
  } finally {
    client.destroy()
    dynamoDb.destroy()
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

void runCommand(async () => {
  console.log(summaryOf(await run(placeOf(process.argv.slice(2)))))
})
