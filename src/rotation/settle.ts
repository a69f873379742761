import { allDone } from '../core/concurrency'
import { auditRecordOf, forgottenAt } from './change'
import { firstLookAt } from './daily-look'
import { plannedAt } from './due'
import { type Endpoint, loggedAs, type PolicySettling, type Settling, unsettledChanges } from './endpoint'
import { endsToldAfter } from './ends'
import { eventsOf } from './events'
import type { OpenedKeys } from './keys'
import { mirrorName, mirrorVersionId } from './mirror'
import type { KeyturnEvent, RotationDeps, Settled } from './ports'
import { endMirror, type SettleContext, settleMirror } from './settle-mirror'
import { settlePolicy } from './settle-policy'

/** For each of the attempts, which together end before the sweep comes by (`settleGraceSeconds`). */
const attemptMilliseconds = 2000
const attempts = 2

/**
 * Settles within the request that made the change. An attempt has 2 s; where they ran out, a second one follows at once
 * and finds what the first has done. What fails is left to the sweep, and the request goes on: its change is committed
 * already.
 */
export async function settleInRequest(deps: RotationDeps, endpoint: Endpoint, opened: OpenedKeys): Promise<Endpoint> {
  for (let attempt = 1; ; attempt += 1) {
    const signal = deps.timeout(attemptMilliseconds)
    try {
      return await settle(deps, endpoint, { opened, signal })
    } catch (error) {
      if (signal.aborted && attempt < attempts) continue
      const name = error instanceof Error ? error.name : 'unknown'
      deps.log.error('settling is left to the sweep', { ...loggedAs(endpoint), error: name })
      return endpoint
    }
  }
}

/**
 * Brings mirror, audit, events and failure count up to the endpoint as it was loaded, then marks that revision settled.
 * Repeatable, and never goes backwards. Drops a tombstone once no late call can bring its mirror back and none of its
 * changes is needed any more. Returns the endpoint as marked, or as given when it has changed since.
 */
export async function settle(deps: RotationDeps, endpoint: Endpoint, context: SettleContext): Promise<Endpoint> {
  const began = deps.now()
  const [{ lookAgainAt, ...mirrored }] = await allDone([
    settleMirrorSetting(deps, endpoint, context),
    recordChanges(deps, endpoint, context.signal),
    publish(deps, eventsOf(endpoint, began), context.signal),
    resetFailures(deps, endpoint, context.signal),
  ])
  if (endpoint.deletedAt && lookAgainAt === null && deps.now() >= forgottenAt(endpoint)) {
    await deps.store.drop(endpoint, context.signal)
    return endpoint
  }
  const told = { revision: endpoint.revision, endsToldUntil: endsToldAfter(endpoint, began) }
  const settling = { ...mirrored, ...told, failures: 0, error: null }
  const dueAt = plannedAt({ ...endpoint, settling, lookAgainAt })
  return mark(deps, endpoint, { settled: { settling, lookAgainAt, dueAt }, signal: context.signal })
}

type MirrorSettled = Pick<Settling, 'mirrorVersionId' | 'readableSince' | 'policy' | 'dailyLookAt'> &
  Pick<Settled, 'lookAgainAt'>

/** Makes the mirror what the endpoint's settings ask for: the ring's version, or none. */
async function settleMirrorSetting(
  deps: RotationDeps,
  endpoint: Endpoint,
  context: SettleContext,
): Promise<MirrorSettled> {
  const { lookAgainAt } = endpoint
  const now = deps.now()
  if (!endpoint.deletedAt && endpoint.settings.mirror === 'on') {
    const mirrored = await settleMirror(deps, endpoint, context)
    const policy = await settlePolicy(deps, mirrored, context.signal)
    const current = await versionStillKnown(deps, mirrored, { policy, signal: context.signal })
    const again = lookAgainAt && now < lookAgainAt ? lookAgainAt : null
    const dailyLookAt = endpoint.settling.dailyLookAt ?? firstLookAt(endpoint, now)
    const found = { mirrorVersionId: current, ...(policy === undefined ? {} : { policy }) }
    return { ...found, ...readable(deps, endpoint, found), dailyLookAt, lookAgainAt: again }
  }
  const mayExist = lookAgainAt !== null
  return { mirrorVersionId: null, lookAgainAt: mayExist ? await endMirror(deps, endpoint, context.signal) : null }
}

/**
 * Since when receivers can read the published key: from now, after the calls that proved it, unless that was known before
 * of the same version. Nothing while the mirror or whom it is shared with is not certain.
 */
function readable(
  { now }: RotationDeps,
  endpoint: Endpoint,
  { mirrorVersionId: current, policy }: Pick<Settling, 'mirrorVersionId' | 'policy'>,
): Pick<Settling, 'readableSince'> {
  const { published, settling } = endpoint
  const isCertain = current === mirrorVersionId(endpoint) && policy?.consumers !== null
  if (published === null || !isCertain) return {}
  const known = settling.mirrorVersionId === current ? settling.readableSince : undefined
  return { readableSince: known ?? now() }
}

interface AfterPolicy {
  readonly policy: PolicySettling | undefined
  readonly signal: AbortSignal
}

/**
 * The version that is current in the mirror. Null: nothing is known of it any more, and the next settling looks. A policy
 * that could not be written may be that of a mirror which somebody deleted by hand.
 */
async function versionStillKnown(
  { mirror, stage, log }: RotationDeps,
  endpoint: Endpoint,
  { policy, signal }: AfterPolicy,
): Promise<string | null> {
  const { mirrorVersionId } = endpoint.settling
  if (policy === undefined || policy.consumers !== null) return mirrorVersionId
  try {
    const found = await mirror.describe(mirrorName(stage, endpoint.tenantId, endpoint.id), signal)
    return found === null || found.deleted ? null : mirrorVersionId
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    log.error('a mirror whose policy failed could not be looked at', { ...loggedAs(endpoint), error: name })
    return mirrorVersionId
  }
}

async function recordChanges(deps: RotationDeps, endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  const records = unsettledChanges(endpoint).flatMap(
    change => auditRecordOf(endpoint.tenantId, endpoint.id, change) ?? [],
  )
  await allDone(records.map(record => deps.audit.record(record, signal)))
}

async function publish(deps: RotationDeps, events: readonly KeyturnEvent[], signal: AbortSignal): Promise<void> {
  if (events.length > 0) await deps.events.publish(events, signal)
}

async function resetFailures(deps: RotationDeps, endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  const { tenantId, id: endpointId, incarnation, revision } = endpoint
  if (!unsettledChanges(endpoint).some(change => change.resetsFailures)) return
  await deps.health.resetFailures({ tenantId, endpointId, incarnation }, revision, signal)
}

async function mark(
  { store }: RotationDeps,
  endpoint: Endpoint,
  { settled, signal }: { readonly settled: Settled; readonly signal: AbortSignal },
): Promise<Endpoint> {
  const outcome = await store.settle(endpoint, settled, signal)
  return outcome === 'stored' ? { ...endpoint, ...settled } : endpoint
}
