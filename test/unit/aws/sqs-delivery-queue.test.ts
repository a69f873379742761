import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createQueue, redrivePolicy } from '../../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../../local/aws-server/server'
import { sqsClient } from '../../../src/aws/clients'
import { sqsDeliveryQueue, sqsQueueFeed } from '../../../src/aws/sqs-delivery-queue'
import type { Queued } from '../../../src/delivery/ports'
import { unhurried } from '../../support/suites/signals'
import { clientOptions } from './embedded-aws'
import { type ScriptedAws, startScriptedAws } from './scripted-aws'

let aws: AwsServer
let server: ScriptedAws | undefined
beforeAll(async () => {
  aws = await startAwsServer({ dataDir: null, port: 0 })
})
afterAll(() => aws.close())
afterEach(async () => {
  await server?.close()
  server = undefined
})

function event(payload: string): Queued {
  return { message: { kind: 'event', tenantId: 'org_1', type: 'order.paid', payload }, delaySeconds: 0 }
}

describe('sqsDeliveryQueue', () => {
  it('takes any number of messages of any size, in batches that SQS takes', async () => {
    const client = sqsClient(clientOptions(aws.url))
    const queueUrl = await createQueue(client, 'many', {})
    const queue = sqsDeliveryQueue({ client, queueUrl, deadLetterQueueUrl: queueUrl })
    const sent = [...Array.from({ length: 25 }, (_, n) => String(n)), ...['x', 'y', 'z'].map(x => x.repeat(200 * 1024))]
    await queue.send(sent.map(event))
    const feed = sqsQueueFeed({ client, queueUrl })
    const received: unknown[] = []
    for (let batch = await feed.receive(0, unhurried); batch.length > 0; batch = await feed.receive(0, unhurried)) {
      received.push(...batch.map(({ body }) => JSON.parse(body).payload))
      await feed.remove(batch)
    }
    expect(received).toHaveLength(sent.length)
    expect(sent.filter(payload => !received.includes(payload))).toEqual([])
    client.destroy()
  })

  it('names the tenant of each message, by which SQS shares its consumers out', async () => {
    const client = sqsClient(clientOptions(aws.url))
    const queueUrl = await createQueue(client, 'tenants', {})
    const queue = sqsDeliveryQueue({ client, queueUrl, deadLetterQueueUrl: queueUrl })
    await queue.send([event('x')])
    const wanted = { QueueUrl: queueUrl, MessageSystemAttributeNames: ['MessageGroupId' as const] }
    const { Messages = [] } = await client.send(new ReceiveMessageCommand(wanted))
    expect(Messages.map(({ Attributes }) => Attributes)).toEqual([{ MessageGroupId: 'org_1' }])
    client.destroy()
  })

  it('brings every character of JSON through, also those that SQS does not take', async () => {
    const client = sqsClient(clientOptions(aws.url))
    const queueUrl = await createQueue(client, 'characters', {})
    const queue = sqsDeliveryQueue({ client, queueUrl, deadLetterQueueUrl: queueUrl })
    const payload = '\u0000\u000B\u007F\uD800 \uFFFD\uFFFE\uFFFF\\ufffe\u{1FFFE}\u{10FFFF}'
    await queue.send([event(payload)])
    await queue.bury(event(payload).message)
    const received = await sqsQueueFeed({ client, queueUrl }).receive(0, unhurried)
    expect(received.map(({ body }) => JSON.parse(body).payload)).toEqual([payload, payload])
    client.destroy()
  })

  it('has a dead-letter queue where what fails too often ends', async () => {
    const client = sqsClient(clientOptions(aws.url))
    const deadLetterQueueUrl = await createQueue(client, 'dead', {})
    const RedrivePolicy = await redrivePolicy(client, deadLetterQueueUrl, 1)
    const queueUrl = await createQueue(client, 'alive', { RedrivePolicy, VisibilityTimeout: '0' })
    const queue = sqsDeliveryQueue({ client, queueUrl, deadLetterQueueUrl })
    await queue.send([event('poison')])
    await queue.bury(event('given up').message)
    const feed = sqsQueueFeed({ client, queueUrl })
    await feed.receive(0, unhurried)
    expect(await feed.receive(0, unhurried)).toEqual([])
    const dead = await sqsQueueFeed({ client, queueUrl: deadLetterQueueUrl }).receive(0, unhurried)
    expect(new Set(dead.map(({ body }) => JSON.parse(body).payload))).toEqual(new Set(['given up', 'poison']))
    client.destroy()
  })

  it('says so when SQS does not take every message of a batch', async () => {
    const failed = { Id: '0', Code: 'InternalError', SenderFault: false }
    server = await startScriptedAws(() => ({ status: 200, body: { Successful: [], Failed: [failed] } }))
    const client = sqsClient({ ...clientOptions(server.url) })
    const queueUrl = `${server.url}/000000000000/q`
    const queue = sqsDeliveryQueue({ client, queueUrl, deadLetterQueueUrl: queueUrl })
    await expect(queue.send([event('one')])).rejects.toThrow('SQS did not take 1 of 1 messages')
    client.destroy()
  })
})
