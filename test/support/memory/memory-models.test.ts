import { describe } from '@jest/globals'
import { type DeliveryHealth, neverDelivered } from '../../../src/delivery/health'
import { addSeconds } from '../../../src/core/instant'
import { testIntervalSeconds } from '../../../src/delivery/recovery'
import type { EndpointLife } from '../../../src/rotation/ports'
import { apiKeyStoreSuite } from '../suites/api-key-store'
import { auditLogSuite } from '../suites/audit-log'
import { endpointStoreSuite } from '../suites/endpoint-store'
import { eventBusSuite } from '../suites/event-bus'
import { healthStoreSuite, type RunningHealthStore } from '../suites/health-store'
import { mirrorSuite, type RunningMirror } from '../suites/mirror'
import { portalSessionStoreSuite } from '../suites/portal-session-store'
import { recoveryStoreSuite } from '../suites/recovery-store'
import { rotatedSecretSuite } from '../suites/rotated-secret'
import { noon } from '../suites/sample-endpoint'
import { sealerSuite } from '../suites/sealer'
import { apiKeyTable, memoryApiKeyStore } from './memory-api-key-store'
import { auditTable, memoryAuditLog } from './memory-audit-log'
import { endpointTable, memoryEndpointStore } from './memory-endpoint-store'
import { memoryEventBus, publishedEvents } from './memory-event-bus'
import { healthTable, memoryHealth } from './memory-health'
import { memoryMirror, readVersion, secretVault, squattedSecret } from './memory-mirror'
import { memoryPortalSessionStore, portalSessionTable } from './memory-portal-session-store'
import { memoryRecovery } from './memory-recovery'
import { memoryRotatedSecret } from './memory-rotated-secret'
import { memorySealer } from './memory-sealer'

const close = async (): Promise<void> => undefined

describe('memoryEndpointStore', () => {
  endpointStoreSuite(async () => ({ store: memoryEndpointStore(endpointTable()), close }))
})

describe('memoryAuditLog', () => {
  auditLogSuite(async () => ({ log: memoryAuditLog(auditTable()), close }))
})

describe('memoryApiKeyStore', () => {
  apiKeyStoreSuite(async () => {
    const table = apiKeyTable()
    const recordsOf = async (tenantId: string) => table.records.filter(record => record.tenantId === tenantId)
    return { store: memoryApiKeyStore(table), recordsOf, close }
  })
})

describe('memoryPortalSessionStore', () => {
  portalSessionStoreSuite(async () => {
    const table = portalSessionTable()
    const recordsOf = async (tenantId: string) => table.records.filter(record => record.tenantId === tenantId)
    return { store: memoryPortalSessionStore(table), recordsOf, close }
  })
})

describe('memorySealer', () => {
  sealerSuite(async () => ({ sealer: memorySealer(), close }))
})

describe('memoryEventBus', () => {
  eventBusSuite(async () => {
    const published = publishedEvents()
    return { bus: memoryEventBus(published), published: async () => published.events, close }
  })
})

describe('memoryHealth', () => {
  healthStoreSuite(async () => runningHealth())
})

/** The model counts nothing itself, so what was counted is put into its table. */
function runningHealth(): RunningHealthStore {
  const table = healthTable()
  const change = (life: EndpointLife, changed: (health: DeliveryHealth) => Partial<DeliveryHealth>): void => {
    const { incarnation } = life
    const place = `${life.tenantId}#${life.endpointId}`
    const stored = table.stored.get(place) ?? { incarnation, health: neverDelivered, resetAt: 0 }
    table.stored.set(place, { ...stored, health: { ...stored.health, ...changed(stored.health) } })
  }
  return {
    store: memoryHealth(table),
    fail: async life =>
      change(life, ({ consecutiveFailures, usedUpInRow, failingSince, errorsSinceLastSuccess }) => ({
        consecutiveFailures: consecutiveFailures + 1,
        usedUpInRow: usedUpInRow + 1,
        failingSince: failingSince ?? addSeconds(noon, 1),
        errorsSinceLastSuccess: errorsSinceLastSuccess + 1,
      })),
    pause: async (life, { at, reason }) => change(life, () => ({ pausedAt: at, pausedReason: reason })),
  }
}

describe('memoryRecovery', () => {
  recoveryStoreSuite(async () => {
    const table = healthTable()
    return {
      store: memoryRecovery(table),
      pause: async (life, at) => {
        const place = `${life.tenantId}#${life.endpointId}`
        const health = { ...neverDelivered, consecutiveFailures: 1, pausedAt: at, pausedReason: 'gone' }
        const { backlog = null } = table.stored.get(place)?.recovery ?? {}
        const recovery = { backlog, dueAt: addSeconds(at, testIntervalSeconds) }
        table.stored.set(place, { incarnation: life.incarnation, health, resetAt: 0, recovery })
      },
      failures: async life => (await memoryHealth(table).loadAny(life)).health.consecutiveFailures,
    }
  })
})

describe('memoryRotatedSecret', () => {
  const firstVersion = '0'.repeat(32)
  rotatedSecretSuite(async () => {
    const rotatedSecret = memoryRotatedSecret(firstVersion, 'first')
    return {
      rotatedSecret,
      secretId: 'consumer/vendor',
      firstVersion,
      begin: async version => rotatedSecret.begin(version),
      close,
    }
  })
})

describe('memoryMirror', () => {
  mirrorSuite(async () => runningMirror())
})

function runningMirror(): RunningMirror {
  const vault = secretVault()
  return {
    mirror: memoryMirror(vault),
    read: async (name, label) => readVersion(vault, name, label),
    attachPolicy: async name => {
      const secret = vault.secrets.get(name)
      if (secret !== undefined) secret.policy = '{}'
    },
    hasPolicy: async name => typeof vault.secrets.get(name)?.policy === 'string',
    squat: async name => {
      vault.secrets.set(name, squattedSecret())
    },
    endOtherKey: async () => {
      vault.isOtherKeyEnabled = false
    },
    isOurs: async name => vault.secrets.get(name)?.owner === 'keyturn',
    close,
  }
}
