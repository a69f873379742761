import { randomBytes } from 'node:crypto'
import { eventBridgeClient, kmsClient, secretsManagerClient } from '../src/aws/clients'
import { dynamoAuditLog } from '../src/aws/dynamo-audit-log'
import { dynamoRotationHealth } from '../src/aws/dynamo-rotation-health'
import { eventBridgeBus } from '../src/aws/event-bridge-bus'
import { kmsSealer } from '../src/aws/kms-sealer'
import { secretsManagerMirror } from '../src/aws/secrets-manager-mirror'
import type { Table } from '../src/aws/table'
import type { RingDeps } from '../src/http/uses/ring-deps'
import { endpointStore } from './endpoint-store'
import type { SettlingEnvironment } from './environment'
import { logOf } from './log'
import { sharedTimeout } from './shared-timeout'

/** The adapters of a function that seals, opens and settles. */
export function rotationDeps(environment: SettlingEnvironment, table: Table): RingDeps {
  const { STAGE, RING_KEY_ID, MIRROR_KEY_ID, EVENT_BUS_NAME } = environment
  const mirrorKey = MIRROR_KEY_ID === undefined ? {} : { kmsKeyId: MIRROR_KEY_ID }
  return {
    store: endpointStore(environment, table),
    audit: dynamoAuditLog(table),
    sealer: kmsSealer({ client: kmsClient(), keyId: RING_KEY_ID }),
    mirror: secretsManagerMirror({ client: secretsManagerClient(), ...mirrorKey, tags: { 'keyturn:stage': STAGE } }),
    events: eventBridgeBus({ client: eventBridgeClient(), busName: EVENT_BUS_NAME }),
    health: dynamoRotationHealth(table),
    stage: STAGE,
    now: () => new Date(),
    randomBytes,
    timeout: sharedTimeout,
    log: logOf(environment),
  }
}
