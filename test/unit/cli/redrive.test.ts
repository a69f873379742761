import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redriveAll } from '../../../cli/redrive'
import { createQueues, createTable, deadLetterQueue, localAws, localClientOptions } from '../../../local/aws-resources'
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

it('finds the queues of the local run, and reports what it did in lines and as a document', async () => {
  const event = JSON.stringify({ kind: 'event', tenantId: 'org_1', type: 'order.paid', payload: {} })
  const client = sqsClient(localClientOptions(aws.url))
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: deadLetterQueue }))
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: event }))
  client.destroy()
  const report = await redriveAll({ options: { dataDir }, args: [], say: () => {} })
  expect(report).toEqual({
    lines: [expect.stringMatching(/^1 sent again, .*; none stays$/)],
    json: { queued: 1, dropped: 0, gone: 0, paused: 0, nowhere: 0, sentAlready: 0, unreadable: 0 },
  })
})
