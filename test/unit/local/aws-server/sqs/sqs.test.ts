import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type AwsServer, startAwsServer } from '../../../../../local/aws-server/server'
import { attributesMd5 } from '../../../../../local/aws-server/sqs/message'

let server: AwsServer
let client: SQSClient
let time = Date.parse('2026-11-21T12:00:00.000Z')

async function start(dataDir: string | null): Promise<void> {
  server = await startAwsServer({ dataDir, port: 0, now: () => new Date(time) })
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  client = new SQSClient({ endpoint: server.url, region: 'us-east-1', credentials })
}

async function stop(): Promise<void> {
  client.destroy()
  await server.close()
}

async function newQueue(name: string, attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))
  return QueueUrl
}

async function send(QueueUrl: string, MessageBody: string, DelaySeconds = 0): Promise<void> {
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }))
}

async function receive(QueueUrl: string, over: Partial<ReceiveMessageCommand['input']> = {}) {
  const wanted = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All' as const], ...over }
  const { Messages = [] } = await client.send(new ReceiveMessageCommand(wanted))
  return Messages
}

async function bodies(QueueUrl: string): Promise<readonly unknown[]> {
  return (await receive(QueueUrl)).map(({ Body }) => Body)
}

async function attributesOf(QueueUrl: string): Promise<Record<string, string>> {
  const wanted = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })
  return (await client.send(wanted)).Attributes ?? {}
}

describe('the embedded SQS', () => {
  beforeEach(() => start(null))
  afterEach(stop)

  it.each(['\u0000', '\u000B', '\uD800', '\uFFFE', '\uFFFF'])(
    'refuses what SQS has no room for: %j',
    async character => {
      const queue = await newQueue('q')
      await expect(send(queue, `a${character}b`)).rejects.toMatchObject({ name: 'InvalidMessageContents' })
      const Entries = [
        { Id: 'bad', MessageBody: character },
        { Id: 'good', MessageBody: '\t\n\r \u007F\uD7FF\uE000\uFFFD\u{10000}\u{10FFFF}' },
      ]
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }))
      expect(Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidMessageContents' }])
      expect(await bodies(queue)).toEqual([Entries[1]?.MessageBody])
    },
  )

  it('gives a message to one receiver, and to the next once its visibility timeout is over', async () => {
    const queue = await newQueue('q', { VisibilityTimeout: '60' })
    await send(queue, 'one')
    const [first] = await receive(queue)
    expect(first).toMatchObject({ Body: 'one', Attributes: { ApproximateReceiveCount: '1' } })
    expect(await receive(queue)).toEqual([])
    time += 60_000
    expect(await receive(queue)).toMatchObject([{ Body: 'one', Attributes: { ApproximateReceiveCount: '2' } }])
  })

  it('never gives a deleted message again', async () => {
    const queue = await newQueue('q')
    await send(queue, 'one')
    const [message] = await receive(queue)
    await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: message?.ReceiptHandle }))
    time += 60_000
    expect(await receive(queue)).toEqual([])
  })

  it('keeps a message whose handle is no longer the last', async () => {
    const queue = await newQueue('q', { VisibilityTimeout: '1' })
    await send(queue, 'one')
    const [stale] = await receive(queue)
    time += 1000
    await receive(queue)
    await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: stale?.ReceiptHandle }))
    time += 1000
    expect(await bodies(queue)).toEqual(['one'])
  })

  it('holds a message back for its delay, and the others not', async () => {
    const queue = await newQueue('q')
    await send(queue, 'late', 900)
    await send(queue, 'early', 5)
    await send(queue, 'now')
    expect(await bodies(queue)).toEqual(['now'])
    expect(await attributesOf(queue)).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '2',
    })
    time += 5000
    expect(await bodies(queue)).toEqual(['early'])
    time += 894_999
    expect(await bodies(queue)).not.toContain('late')
    time += 1
    expect(await bodies(queue)).toContain('late')
  })

  it('answers a long poll as soon as a message comes', async () => {
    const queue = await newQueue('q')
    const polled = receive(queue, { WaitTimeSeconds: 20 })
    await wait(50)
    const sentAt = performance.now()
    await send(queue, 'one')
    expect(await polled).toMatchObject([{ Body: 'one' }])
    expect(performance.now() - sentAt).toBeLessThan(1000)
  })

  it('loses no message to a long poll whose caller hung up', async () => {
    const queue = await newQueue('q')
    const hangUp = new AbortController()
    const polled = client.send(new ReceiveMessageCommand({ QueueUrl: queue, WaitTimeSeconds: 20 }), {
      abortSignal: hangUp.signal,
    })
    await wait(50)
    hangUp.abort()
    await expect(polled).rejects.toMatchObject({ name: 'AbortError' })
    await wait(50)
    await send(queue, 'one')
    expect(await bodies(queue)).toEqual(['one'])
  })

  it('moves a message that was received too often to the dead-letter queue', async () => {
    const dead = await newQueue('dead')
    const { QueueArn: deadLetterTargetArn } = await attributesOf(dead)
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 })
    const queue = await newQueue('q', { VisibilityTimeout: '0', RedrivePolicy })
    await send(queue, 'poison')
    expect(await bodies(queue)).toEqual(['poison'])
    expect(await bodies(queue)).toEqual(['poison'])
    expect(await bodies(queue)).toEqual([])
    expect(await bodies(dead)).toEqual(['poison'])
  })

  it('hides a message for as long as its receiver asks for', async () => {
    const queue = await newQueue('q')
    await send(queue, 'one')
    const [message] = await receive(queue)
    const handle = { QueueUrl: queue, ReceiptHandle: message?.ReceiptHandle }
    await client.send(new ChangeMessageVisibilityCommand({ ...handle, VisibilityTimeout: 600 }))
    time += 599_000
    expect(await bodies(queue)).toEqual([])
    time += 1000
    expect(await bodies(queue)).toEqual(['one'])
    await expect(
      client.send(new ChangeMessageVisibilityCommand({ ...handle, VisibilityTimeout: 1 })),
    ).rejects.toMatchObject({ name: 'MessageNotInflight' })
  })

  it('gives the message of a quiet tenant before those of one with 30 in flight and more waiting', async () => {
    const queue = await newQueue('fair')
    const sendFor = (MessageGroupId: string, MessageBody: string) =>
      client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody, MessageGroupId }))
    for (let sent = 0; sent < 40; sent += 1) await sendFor('loud', `loud ${sent}`)
    for (let polls = 0; polls < 3; polls += 1) await receive(queue)
    await sendFor('quiet', 'quiet')
    await send(queue, 'of no group')
    expect((await bodies(queue)).slice(0, 3)).toEqual(['quiet', 'of no group', 'loud 30'])
  })

  it('gives messages in the order in which they became visible as long as no tenant is noisy', async () => {
    const queue = await newQueue('fair')
    for (const group of ['a', 'b', 'a', 'c']) {
      await client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: group, MessageGroupId: group }))
    }
    expect((await receive(queue)).map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['a', 'a'],
      ['c', 'c'],
    ])
  })

  it('refuses a message group that SQS would refuse', async () => {
    const queue = await newQueue('fair')
    const group = 'with a space'
    await expect(
      client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'x', MessageGroupId: group })),
    ).rejects.toMatchObject({ name: expect.any(String) })
  })

  it('takes and deletes in batches, and answers each entry by itself', async () => {
    const queue = await newQueue('q', { MaximumMessageSize: '1024' })
    const Entries = [
      { Id: 'a', MessageBody: 'one' },
      { Id: 'b', MessageBody: 'x'.repeat(1025) },
    ]
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }))
    expect(sent).toMatchObject({ Successful: [{ Id: 'a' }], Failed: [{ Id: 'b', SenderFault: true }] })
    const [message] = await receive(queue)
    const handles = [{ Id: 'a', ReceiptHandle: message?.ReceiptHandle }]
    const deleted = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries: handles }))
    expect(deleted.Successful).toEqual([{ Id: 'a' }])
  })

  it('drops messages older than the retention period', async () => {
    const queue = await newQueue('q', { MessageRetentionPeriod: '60' })
    await send(queue, 'old')
    time += 60_000
    expect(await bodies(queue)).toEqual([])
  })

  it('names a queue that is missing, differs, or has an attribute out of its limits', async () => {
    const queue = await newQueue('q')
    const missing = client.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }))
    await expect(missing).rejects.toMatchObject({ name: 'QueueDoesNotExist' })
    await expect(newQueue('q', { VisibilityTimeout: '31' })).rejects.toMatchObject({ name: 'QueueNameExists' })
    expect(await newQueue('q', { VisibilityTimeout: '30' })).toBe(queue)
    const set = new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { DelaySeconds: '901' } })
    await expect(client.send(set)).rejects.toMatchObject({ name: 'InvalidAttributeValue' })
  })

  it('gives message attributes back with their digest', async () => {
    const queue = await newQueue('q')
    const MessageAttributes = { trace: { DataType: 'String', StringValue: 'abc' } }
    await client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'one', MessageAttributes }))
    const [message] = await receive(queue, { MessageAttributeNames: ['All'] })
    expect(message).toMatchObject({ MessageAttributes, MD5OfMessageAttributes: attributesMd5(MessageAttributes) })
  })
})

describe('attributesMd5', () => {
  it('covers names, types and values in the order of the names', () => {
    const attributes = {
      key2: { DataType: 'Binary', BinaryValue: 'AP8=' },
      key1: { DataType: 'String', StringValue: 'value1' },
    }
    // Computed apart, by the developer guide's "Calculating the MD5 message digest for message attributes".
    expect(attributesMd5(attributes)).toBe('db24f6987191f48b5b7cf760d785c468')
  })
})

describe('the embedded SQS after a restart', () => {
  let dataDir: string
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'keyturn-sqs-'))
    await start(dataDir)
  })
  afterEach(async () => {
    await stop()
    await rm(dataDir, { recursive: true })
  })

  it('has every message that was sent and not deleted, each with its delay, and the queue’s attributes', async () => {
    const queue = await newQueue('q', { VisibilityTimeout: '77' })
    await send(queue, 'done')
    const [done] = await receive(queue)
    await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: done?.ReceiptHandle }))
    await Promise.all(['one', 'two', 'three'].map(body => send(queue, body)))
    await send(queue, 'late', 60)
    await receive(queue)
    await stop()
    await start(dataDir)
    expect(await attributesOf(queue)).toMatchObject({ VisibilityTimeout: '77' })
    expect(new Set(await bodies(queue))).toEqual(new Set(['one', 'two', 'three']))
    time += 60_000
    expect(await bodies(queue)).toEqual(['late'])
  })
})
