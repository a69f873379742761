import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { kmsClient, sqsClient } from '../src/aws/clients'
import { dynamoAttemptLog } from '../src/aws/dynamo-attempt-log'
import { dynamoDeliveryStore } from '../src/aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import { dynamoHealthStore } from '../src/aws/dynamo-health-store'
import { dynamoSubscriberIndex } from '../src/aws/dynamo-subscriber-index'
import { kmsSealer } from '../src/aws/kms-sealer'
import { sqsDeliveryQueue } from '../src/aws/sqs-delivery-queue'
import type { Table } from '../src/aws/table'
import type { Contract } from '../src/contracts/contract'
import type { DeliveryDeps } from '../src/delivery/deps'
import { httpSender } from '../src/delivery/http-sender'
import { openedKeyCache } from '../src/delivery/opened-key-cache'
import type { DeliverEnvironment } from './environment'
import { logOf } from './log'

const now = (): Date => new Date()

/** The adapters of the function that delivers. */
export function deliveryDeps(
  environment: DeliverEnvironment,
  table: Table,
  contracts: readonly Contract[],
): DeliveryDeps {
  const { RING_KEY_ID, QUEUE_URL, DEAD_LETTER_QUEUE_URL, INSECURE_TARGETS, PAUSE_AFTER_FAILURES } = environment
  return {
    endpoints: dynamoEndpointStore(table),
    subscribers: dynamoSubscriberIndex(table),
    deliveries: dynamoDeliveryStore(table),
    attempts: dynamoAttemptLog(table),
    health: dynamoHealthStore(table),
    queue: sqsDeliveryQueue({ client: sqsClient(), queueUrl: QUEUE_URL, deadLetterQueueUrl: DEAD_LETTER_QUEUE_URL }),
    openKey: openedKeyCache(kmsSealer({ client: kmsClient(), keyId: RING_KEY_ID }), now),
    send: httpSender({ insecureTargets: INSECURE_TARGETS, clock: () => performance.now() }),
    contracts,
    pauseAfterFailures: PAUSE_AFTER_FAILURES,
    now,
    randomBytes,
    random: Math.random,
    sleep: milliseconds => sleep(milliseconds),
    log: logOf(environment),
  }
}
