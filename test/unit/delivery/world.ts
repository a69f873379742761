import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message as SqsMessage,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { startAwsServer } from '../../../local/aws-server/server'
import { dynamoDbClient, sqsClient } from '../../../src/aws/clients'
import { withBatchedReads } from '../../../src/aws/batched-reads'
import { withBatchedSends } from '../../../src/aws/batched-sends'
import { dynamoAttemptLog } from '../../../src/aws/dynamo-attempt-log'
import { dynamoDeliveryStore } from '../../../src/aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../../../src/aws/dynamo-endpoint-store'
import { dynamoHealthStore } from '../../../src/aws/dynamo-health-store'
import { dynamoLeaseStore } from '../../../src/aws/dynamo-lease-store'
import { dynamoRecoveryStore } from '../../../src/aws/dynamo-recovery-store'
import { dynamoSubscriberIndex } from '../../../src/aws/dynamo-subscriber-index'
import { sqsDeliveryQueue, sqsQueueFeed } from '../../../src/aws/sqs-delivery-queue'
import { type Table, tableDefinition } from '../../../src/aws/table'
import { allContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import type { Json } from '../../../src/contracts/shape'
import { addSeconds } from '../../../src/core/instant'
import { publishEvent } from '../../../src/delivery/event'
import type { DeliveryHealth } from '../../../src/delivery/health'
import { httpSender } from '../../../src/delivery/http-sender'
import { openedKeyCache } from '../../../src/delivery/opened-key-cache'
import { OwnAttempts } from '../../../src/delivery/own-attempts'
import type { DeliveryDeps, DeadLetterQueue } from '../../../src/delivery/ports'
import { workQueue } from '../../../src/delivery/work-queue'
import { createEndpoint } from '../../../src/rotation/create'
import type { Endpoint, EndpointSettings } from '../../../src/rotation/endpoint'
import type { KeyturnEvent, RotationDeps } from '../../../src/rotation/ports'
import { auditTable, memoryAuditLog } from '../../support/memory/memory-audit-log'
import { memoryEventBus, publishedEvents } from '../../support/memory/memory-event-bus'
import { memoryMirror, secretVault } from '../../support/memory/memory-mirror'
import { memorySealer } from '../../support/memory/memory-sealer'
import { plainSettings } from '../../support/plain-settings'
import { noon } from '../../support/suites/sample-endpoint'
import { clientOptions } from '../aws/embedded-aws'
import { type Receiver, startReceiver } from './receiver'

export const tenantId = 'org_1'
export const actor = { kind: 'session', id: 'user_1' } as const
export const attemptsPerTenant = 10
const visibilitySeconds = 60

/** Deliveries over the embedded DynamoDB and SQS to a receiver on loopback, on a clock that only tests move. */
export interface World {
  readonly deps: DeliveryDeps
  readonly table: Table
  readonly rotation: RotationDeps
  readonly receiver: Receiver
  readonly logged: string[]
  /** Events on the bus. */
  readonly published: readonly KeyturnEvent[]
  /** Moves the clock of Keyturn and of the queue. */
  pass(seconds: number): void
  /** Sets the clock to the machine's, for verifiers that read it. */
  useRealTime(): void
  addEndpoint(
    contract?: Contract,
    settings?: Partial<EndpointSettings>,
    owner?: string,
  ): Promise<{ endpoint: Endpoint; secret: string }>
  publish(type: string, payload?: Json, id?: string, owner?: string): Promise<string>
  /** Works on the queue until it gives nothing more now, `lanes` batches at a time. */
  drain(deps?: DeliveryDeps, lanes?: number): Promise<void>
  healthOf(endpoint: Endpoint): Promise<DeliveryHealth>
  /** The message ids that the receiver got, in order. */
  messageIds(): readonly unknown[]
  /** Takes what the dead-letter queue has, at most 10. */
  deadLetters(): Promise<readonly string[]>
  readonly deadLetterFeed: DeadLetterQueue
  sendDeadLetter(body: string): Promise<void>
  close(): Promise<void>
}

export async function startWorld(): Promise<World> {
  let time = noon
  const now = (): Date => time
  const server = await startAwsServer({ dataDir: null, port: 0, now })
  const receiver = await startReceiver()
  const table = { client: dynamoDbClient(clientOptions(server.url)), name: 'keyturn' }
  await table.client.send(new CreateTableCommand(tableDefinition(table.name)))
  const client = sqsClient(clientOptions(server.url))
  const queueUrl = await newQueue(client, 'deliveries')
  const deadLetterQueueUrl = await newQueue(client, 'dead-letters')
  const reading = withBatchedReads(table)
  const health = dynamoHealthStore(reading)
  const published = publishedEvents()
  const rotation = rotationDeps({ store: dynamoEndpointStore(reading), health, events: memoryEventBus(published) }, now)
  const logged: string[] = []
  const deps: DeliveryDeps = {
    endpoints: rotation.store,
    subscribers: dynamoSubscriberIndex(table),
    deliveries: dynamoDeliveryStore(reading),
    attempts: dynamoAttemptLog(table),
    health,
    leases: dynamoLeaseStore(table),
    ownAttempts: new OwnAttempts(),
    recoveries: dynamoRecoveryStore(table),
    events: rotation.events,
    timeout: rotation.timeout,
    queue: withBatchedSends(sqsDeliveryQueue({ client, queueUrl, deadLetterQueueUrl })),
    openKey: openedKeyCache(rotation.sealer, now),
    send: httpSender({ insecureTargets: 'on', clock: () => performance.now() }),
    contracts: allContracts,
    pauseRule: { afterHours: 24, afterFailures: null },
    attemptsPerTenant,
    now,
    randomBytes,
    random: () => 0.5,
    sleep: () => wait(2),
    log: { info: message => logged.push(message), error: message => logged.push(message) },
  }
  return {
    deps,
    table,
    rotation,
    receiver,
    logged,
    published: published.events,
    pass: seconds => {
      time = addSeconds(time, seconds)
    },
    useRealTime: () => {
      time = new Date()
    },
    addEndpoint: (contract = keyturn, settings = {}, owner = tenantId) =>
      addEndpoint(rotation, { contract, owner }, { url: receiver.url, ...settings }),
    publish: (type, payload = { total: 3 }, id, owner = tenantId) =>
      publishEvent(deps, { tenantId: owner, type, payload, id: id ?? null }),
    drain: async (dying = deps, lanes = 1) => {
      await Promise.all(Array.from({ length: lanes }, () => drain({ client, queueUrl }, dying)))
    },
    healthOf: ({ id, incarnation }) => health.load({ tenantId, endpointId: id, incarnation }),
    messageIds: () => receiver.received.map(({ headers }) => headers['webhook-id']),
    deadLetters: async () => {
      const messages = await receive(client, deadLetterQueueUrl)
      await remove(client, deadLetterQueueUrl, messages)
      return messages.map(({ Body = '' }) => Body)
    },
    deadLetterFeed: unwaiting(sqsQueueFeed({ client, queueUrl: deadLetterQueueUrl })),
    sendDeadLetter: async body => {
      await client.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: body }))
    },
    close: async () => {
      table.client.destroy()
      client.destroy()
      await receiver.close()
      await server.close()
    },
  }
}

/** The embedded queue gives at once what it has, so no test waits for it. */
function unwaiting(queue: DeadLetterQueue): DeadLetterQueue {
  return { ...queue, receive: (_waitSeconds, signal) => queue.receive(0, signal) }
}

async function newQueue(client: SQSClient, name: string): Promise<string> {
  const attributes = { VisibilityTimeout: String(visibilitySeconds) }
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))
  return QueueUrl
}

function rotationDeps(
  { store, health, events }: Pick<RotationDeps, 'store' | 'health' | 'events'>,
  now: () => Date,
): RotationDeps {
  return {
    store,
    audit: memoryAuditLog(auditTable()),
    sealer: memorySealer(),
    mirror: memoryMirror(secretVault()),
    events,
    health,
    stage: 'test',
    now,
    randomBytes,
    timeout: milliseconds => AbortSignal.timeout(milliseconds),
    log: { info: () => undefined, error: () => undefined },
  }
}

interface Owned {
  readonly contract: Contract
  readonly owner: string
}

async function addEndpoint(deps: RotationDeps, { contract, owner }: Owned, over: Partial<EndpointSettings>) {
  const settings: EndpointSettings = { ...plainSettings, mirror: 'off', ...over }
  const request = { tenantId: owner, contract, actor, id: null, settings, ownSecret: null, idempotency: null }
  const { endpoint, secret } = await createEndpoint(deps, { ...request, mostEndpoints: 1000 })
  return { endpoint, secret: secret.reveal() }
}

async function receive(client: SQSClient, QueueUrl: string): Promise<readonly SqsMessage[]> {
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
  return Messages
}

/** Like Lambda, deletes every message that the handler does not name as failed. */
async function drain({ client, queueUrl }: { client: SQSClient; queueUrl: string }, deps: DeliveryDeps): Promise<void> {
  for (;;) {
    const messages = await receive(client, queueUrl)
    if (messages.length === 0) return
    const records = messages.map(({ MessageId: messageId = '', Body: body = '' }) => ({ messageId, body }))
    const failed = await workQueue(deps, records)
    const done = messages.filter(({ MessageId = '' }) => !failed.includes(MessageId))
    await remove(client, queueUrl, done)
  }
}

async function remove(client: SQSClient, QueueUrl: string, messages: readonly SqsMessage[]): Promise<void> {
  if (messages.length === 0) return
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
}
