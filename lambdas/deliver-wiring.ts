import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { withBatchedReads } from '../src/aws/batched-reads'
import { withBatchedSends } from '../src/aws/batched-sends'
import { eventBridgeClient, kmsClient, sqsClient } from '../src/aws/clients'
import { dynamoAttemptLog } from '../src/aws/dynamo-attempt-log'
import { dynamoDeliveryStore } from '../src/aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import { dynamoHealthStore } from '../src/aws/dynamo-health-store'
import { dynamoLeaseStore } from '../src/aws/dynamo-lease-store'
import { dynamoRecoveryStore } from '../src/aws/dynamo-recovery-store'
import { dynamoSubscriberIndex } from '../src/aws/dynamo-subscriber-index'
import { eventBridgeBus } from '../src/aws/event-bridge-bus'
import { kmsSealer } from '../src/aws/kms-sealer'
import { sqsDeliveryQueue } from '../src/aws/sqs-delivery-queue'
import type { Table } from '../src/aws/table'
import type { Contract } from '../src/contracts/contract'
import { httpSender } from '../src/delivery/http-sender'
import { openedKeyCache } from '../src/delivery/opened-key-cache'
import { OwnAttempts } from '../src/delivery/own-attempts'
import type { DeliveryDeps } from '../src/delivery/ports'
import type { DeliverEnvironment } from './environment'
import { logOf, sharedTimeout } from './wiring'

const now = (): Date => new Date()

/** The adapters of the function that delivers. */
export function deliveryDeps(
  environment: DeliverEnvironment,
  plainTable: Table,
  contracts: readonly Contract[],
): DeliveryDeps {
  const table = withBatchedReads(plainTable)
  const { RING_KEY_ID, EVENT_BUS_NAME, QUEUE_URL, DEAD_LETTER_QUEUE_URL, INSECURE_TARGETS } = environment
  const { PAUSE_AFTER_HOURS: afterHours, PAUSE_AFTER_FAILURES: afterFailures = null } = environment
  const { ATTEMPTS_PER_TENANT: attemptsPerTenant } = environment
  return {
    endpoints: dynamoEndpointStore(table),
    subscribers: dynamoSubscriberIndex(table),
    deliveries: dynamoDeliveryStore(table),
    attempts: dynamoAttemptLog(table),
    health: dynamoHealthStore(table),
    leases: dynamoLeaseStore(table),
    ownAttempts: new OwnAttempts(),
    recoveries: dynamoRecoveryStore(table),
    queue: withBatchedSends(
      sqsDeliveryQueue({ client: sqsClient(), queueUrl: QUEUE_URL, deadLetterQueueUrl: DEAD_LETTER_QUEUE_URL }),
    ),
    events: eventBridgeBus({ client: eventBridgeClient(), busName: EVENT_BUS_NAME }),
    openKey: openedKeyCache(kmsSealer({ client: kmsClient(), keyId: RING_KEY_ID }), now),
    send: httpSender({ insecureTargets: INSECURE_TARGETS, clock: () => performance.now() }),
    contracts,
    pauseRule: { afterHours, afterFailures },
    attemptsPerTenant,
    now,
    randomBytes,
    random: Math.random,
    sleep: milliseconds => sleep(milliseconds),
    timeout: sharedTimeout,
    log: logOf(environment),
  }
}
