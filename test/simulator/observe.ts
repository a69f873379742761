import type { Secret } from '../../src/core/secret'
import { neverDelivered } from '../../src/delivery/health'
import type { Endpoint } from '../../src/rotation/endpoint'
import { isOlderVersion } from '../../src/rotation/mirror'
import type { SealContext } from '../../src/rotation/ports'
import { checkChange } from './check-change'
import { checkDropped, checkStored } from './check-stored'
import type { Cloud } from './cloud'
import { type Ledger, mustHold } from './ledger'
import type { World } from './world'

/** Checks every state that a call leaves behind, and remembers it. */
export function observe(world: World, name: string, input: readonly unknown[]): void {
  if (name === 'sealer.seal') noteSecret(world, input as readonly [Secret, SealContext])
  if (name.startsWith('store.')) observeTable(world)
  if (name.startsWith('mirror.')) observeLabels(world)
}

function noteSecret({ ledger }: World, [secret, { keyId }]: readonly [Secret, SealContext]): void {
  ledger.secrets.set(keyId, secret.reveal())
}

function observeTable({ ledger, cloud }: World): void {
  const { endpoints } = cloud.state.table
  for (const [key, { endpoint }] of endpoints) {
    const before = ledger.stored.get(key) ?? null
    if (endpoint === before) continue
    ledger.stored.set(key, endpoint)
    checkStored(ledger, endpoint)
    noteSettled(ledger, endpoint)
    if (before?.incarnation === endpoint.incarnation && before.revision === endpoint.revision) {
      mustHold(ledger, before.changes === endpoint.changes, 'a revision is written once')
      continue
    }
    checkChange(ledger, before, endpoint)
    remember(ledger.histories, endpoint)
    if (endpoint.ring.version === 1) failSome(cloud, key, endpoint)
  }
  for (const [key, before] of ledger.stored) {
    if (endpoints.has(key)) continue
    ledger.stored.delete(key)
    checkDropped(ledger, before)
  }
}

/** A new endpoint's first deliveries fail, so that a reset shows. */
function failSome({ state }: Cloud, key: string, { incarnation }: Endpoint): void {
  if (state.health.stored.get(key)?.incarnation === incarnation) return
  state.health.stored.set(key, { incarnation, health: { ...neverDelivered, consecutiveFailures: 3 }, resetAt: 0 })
}

function noteSettled({ settledUpTo }: Ledger, { id, settling }: Endpoint): void {
  settledUpTo.set(id, Math.max(settling.revision, settledUpTo.get(id) ?? 0))
}

function remember(histories: Map<string, Endpoint[]>, endpoint: Endpoint): void {
  const history = histories.get(endpoint.incarnation)
  if (history) history.push(endpoint)
  else histories.set(endpoint.incarnation, [endpoint])
}

function observeLabels({ ledger, cloud }: World): void {
  for (const [name, { labels }] of cloud.state.vault.secrets) {
    const current = labels.get('AWSCURRENT')
    const before = ledger.current.get(name)
    if (current === undefined || current === before) continue
    ledger.current.set(name, current)
    if (before !== undefined) mustHold(ledger, !isOlderVersion(current, before), 'AWSCURRENT moved to an older version')
  }
}
