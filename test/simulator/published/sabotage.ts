import { overlapAfter } from '../../../src/contracts/overlap'
import { addSeconds, notBefore } from '../../../src/core/instant'
import { applyChange } from '../../../src/rotation/change'
import { plannedAt, promotionAt, readyAt } from '../../../src/rotation/due'
import { dueKindOf, type Endpoint } from '../../../src/rotation/endpoint'
import { mirrorName, mirrorVersionId } from '../../../src/rotation/mirror'
import type { Settled } from '../../../src/rotation/ports'
import { promoteKey } from '../../../src/rotation/published'
import type { EndpointTable } from '../../support/memory/memory-endpoint-store'
import type { Sabotage } from '../cloud'
import { contracts } from './plan'

/** Whoever is about to promote takes the mirror for current and within reach. */
export const promotedUnlooked: Sabotage = (services, { table }) => ({
  ...services,
  mirror: {
    ...services.mirror,
    describe: async (name, signal) => {
      const waiting = [...table.endpoints.values()].find(
        ({ endpoint }) => mirrorName('test', endpoint.tenantId, endpoint.id) === name && isLookedAt(endpoint),
      )
      if (waiting === undefined) return services.mirror.describe(name, signal)
      return { currentVersionId: mirrorVersionId(waiting.endpoint), deleted: false, hasOwnKey: true }
    },
  },
})

/** Whether nothing but a promotion has a reason to look. */
function isLookedAt(endpoint: Endpoint): boolean {
  return readyAt(endpoint) !== null && endpoint.lookAgainAt === null && dueKindOf(endpoint) === 'planned'
}

/** The lead counts from the commit, however late the mirror was. */
export const leadFromCommit = settlingAs((endpoint, settled) => {
  const { published } = endpoint
  const { settling } = settled
  if (published === null || settling.readableSince === undefined || !isPromotionPlanned(endpoint, settled))
    return settled
  const early = { ...settled, settling: { ...settling, readableSince: published.key.createdAt } }
  return { ...early, dueAt: plannedAt({ ...endpoint, ...early }) }
})

/** A promotion is of whichever key is published by the time that it is written. */
export const promotedUnbound: Sabotage = (services, { table }) => ({
  ...services,
  store: {
    ...services.store,
    commit: (endpoint, expected) => {
      const stored = storedAs(table, endpoint)
      const [change] = endpoint.changes
      const isMade = stored?.changes.some(({ id }) => id === change.id)
      if (change.kind !== 'promote' || !stored?.published || stored.revision === expected || isMade === true)
        return services.store.commit(endpoint, expected)
      const at = notBefore(change.at, stored.updatedAt)
      const keyId = stored.published.key.id
      const promoted = applyChange(stored, change, { ...promoteKey(stored, keyId, at), keyId }, at)
      return unheard(services.store.commit(promoted, stored.revision))
    },
  },
})

/** The end of the key before counts from the publication of the one that takes its place. */
export const endFromPublication = committingAs(endpoint => {
  const [promoted, before, ...older] = endpoint.ring.keys
  const { overlapSeconds } = promoted.publication ?? {}
  if (endpoint.changes[0].kind !== 'promote' || before === undefined || overlapSeconds === undefined) return endpoint
  const ended = { ...before, expiresAt: addSeconds(promoted.createdAt, overlapSeconds) }
  return { ...endpoint, ring: { ...endpoint.ring, keys: [promoted, ended, ...older] } }
})

/** The key before works on for as long as the contract says, which is no time at all where it has no overlap. */
export const contractsOverlap = committingAs(endpoint => {
  const contract = contracts.find(({ name }) => name === endpoint.contract)
  const own = contract && overlapAfter(contract, null)
  if (endpoint.changes[0].kind !== 'publish' || endpoint.published === null || own !== 0) return endpoint
  return { ...endpoint, published: { ...endpoint.published, overlapSeconds: 0 } }
})

/** `replace` ends a key at the promotion, whenever it signed last. */
export const replacedAtOnce = committingAs(endpoint => {
  const { ring, changes } = endpoint
  const contract = contracts.find(({ name }) => name === endpoint.contract)
  const replaces = contract?.secondRotation === undefined || contract.secondRotation.kind === 'replace'
  const [promoted, before] = ring.keys
  if (changes[0].kind !== 'promote' || !replaces || before === undefined) return endpoint
  return { ...endpoint, ring: { ...ring, keys: [promoted, before] } }
})

/** The sweep is not told of the promotion. */
export const dueAtLost = settlingAs((endpoint, settled) => {
  if (!isPromotionPlanned(endpoint, settled)) return settled
  return { ...settled, dueAt: plannedAt({ ...endpoint, ...settled, published: null }) }
})

function isPromotionPlanned(endpoint: Endpoint, settled: Settled): boolean {
  const at = promotionAt({ ...endpoint, ...settled })
  return at !== null && settled.dueAt?.getTime() === at.getTime()
}

/** The store writes another outcome of settling than it was given. */
function settlingAs(other: (endpoint: Endpoint, settled: Settled) => Settled): Sabotage {
  return services => ({
    ...services,
    store: {
      ...services.store,
      settle: (endpoint, settled, signal) => services.store.settle(endpoint, other(endpoint, settled), signal),
    },
  })
}

/** The store writes another endpoint than it was given. */
function committingAs(other: (endpoint: Endpoint) => Endpoint): Sabotage {
  return services => ({
    ...services,
    store: {
      ...services.store,
      commit: (endpoint, expected) => {
        const changed = other(endpoint)
        const outcome = services.store.commit(changed, expected)
        return changed === endpoint ? outcome : unheard(outcome)
      },
    },
  })
}

/** The reply is lost, so that the caller reads what was written. */
async function unheard(outcome: Promise<'stored' | 'conflict'>): Promise<'conflict'> {
  if ((await outcome) === 'conflict') return 'conflict'
  throw new Error('the reply is lost')
}

function storedAs(table: EndpointTable, { tenantId, id }: Endpoint): Endpoint | null {
  return table.endpoints.get(`${tenantId}#${id}`)?.endpoint ?? null
}
