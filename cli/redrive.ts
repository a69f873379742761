import { resolve } from 'node:path'
import { queueUrl } from '../local/aws-server/sqs/queues'
import { deadLetterQueue, deliveryQueue } from '../local/local-aws'
import { OperatorError } from '../local/operator-error'
import { parseArguments, regionOptions } from '../local/options'
import { type ClientOptions, dynamoDbClient, pollingSqsClient } from '../src/aws/clients'
import { dynamoDeliveryStore } from '../src/aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import { dynamoHealthStore } from '../src/aws/dynamo-health-store'
import { sqsQueue, sqsQueueFeed } from '../src/aws/sqs-delivery-queue'
import { redrive, type RedriveReport } from '../src/delivery/redrive'
import { runCommand } from './command'
import { readDescription } from './keys'

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

/** A deployment is named by its table and both queues; else it is the local run of a data folder. @throws {OperatorError} */
function placeOf(args: readonly string[]): Place {
  const { values } = parseArguments({ args: [...args], options: argumentOptions })
  const { table, region, 'queue-url': queue, 'dead-letter-queue-url': deadLetters } = values
  if ([table, region, queue, deadLetters].every(given => given === undefined)) {
    return localPlace(resolve(values['data-dir'] ?? '.keyturn'))
  }
  if (!table || queue === undefined || deadLetters === undefined) {
    throw new OperatorError('a deployment needs --table, --queue-url and --dead-letter-queue-url')
  }
  if (values['data-dir'] !== undefined)
    throw new OperatorError('--data-dir names a local run, --table a deployed table')
  return { options: regionOptions(region), table, queue: urlOf(queue), deadLetters: urlOf(deadLetters) }
}

function urlOf(text: string): string {
  if (URL.canParse(text)) return text
  throw new OperatorError(`the URL of a queue begins with https://; this is none: ${JSON.stringify(text)}`)
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
