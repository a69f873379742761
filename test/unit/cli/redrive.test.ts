import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redriveAll } from '../../../cli/redrive'
import {
  createQueues,
  createTable,
  deadLetterQueue,
  deliveryQueue,
  failedMessageQueue,
  localAws,
  localClientOptions,
} from '../../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../../local/aws-server/server'
import { dynamoDbClient, sqsClient } from '../../../src/aws/clients'

let aws: AwsServer
let dataDir: string

beforeAll(async () => {
  aws = await startAwsServer({ dataDir: null, port: 0 })
  const client = dynamoDbClient(localClientOptions(aws.url))
  await createTable({ client, name: localAws.table })
  client.destroy()
  await createQueues(localClientOptions(aws.url))
  dataDir = mkdtempSync(join(tmpdir(), 'keyturn-redrive-'))
  writeFileSync(join(dataDir, 'local.json'), JSON.stringify({ aws: aws.url, ...localAws }))
})

afterAll(async () => {
  rmSync(dataDir, { recursive: true })
  await aws.close()
})

async function send(queue: string, body: string): Promise<string> {
  const client = sqsClient(localClientOptions(aws.url))
  const { QueueUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName: queue }))
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body }))
  client.destroy()
  return QueueUrl
}

const event = JSON.stringify({ kind: 'event', tenantId: 'org_1', type: 'order.paid', payload: {} })
const nothing = { queued: 0, dropped: 0, gone: 0, paused: 0, nowhere: 0, sentAlready: 0, unreadable: 0 }

it('finds the queues of the local run, and reports what it did in lines and as a document', async () => {
  await send(deadLetterQueue, event)
  await send(failedMessageQueue, event)
  const report = await redriveAll({ options: { dataDir }, args: [], say: () => {} })
  expect(report).toEqual({
    lines: [expect.stringMatching(/^2 sent again, .*; none stays$/)],
    json: { ...nothing, queued: 2 },
  })
})

it('reads every queue that is named of a deployment', async () => {
  const queueUrl = await send(deadLetterQueue, event)
  const deadLetterQueueUrl = [queueUrl, await send(failedMessageQueue, event)]
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: localAws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localAws.secretAccessKey,
  })
  const { table, region } = localAws
  const options = { table, region, queueUrl: queueUrl.replace(deadLetterQueue, deliveryQueue), deadLetterQueueUrl }
  expect((await redriveAll({ options, args: [], say: () => {} })).json).toMatchObject({ queued: 2 })
})

it('leaves what it cannot read in its own queue, where a later run finds it', async () => {
  await send(failedMessageQueue, '{no JSON')
  const run = () => redriveAll({ options: { dataDir }, args: [], say: () => {} })
  const error = jest.spyOn(console, 'error').mockReturnValue()
  expect((await run()).json).toEqual({ ...nothing, unreadable: 1 })
  await send(deadLetterQueue, event)
  expect((await run()).json).toEqual({ ...nothing, unreadable: 1, queued: 1 })
  error.mockRestore()
})
