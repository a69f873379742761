import { addSeconds } from '../core/instant'
import type { DueKind } from './endpoint'
import type { DueEndpoint, RotationDeps } from './ports'

/** What is due for one kind of work, in the order in which the sweep takes it: tenants take turns. */
export interface DueQueue {
  /** The next endpoint, or null: nothing is due. Reads again what has become due meanwhile, now and then. */
  next(): Promise<DueEndpoint | null>
  /** All that waits, after one more look. */
  rest(): Promise<readonly DueEndpoint[]>
  size(): number
}

type DueQueueDeps = Pick<RotationDeps, 'store' | 'now'>

/** While there is work, what becomes due meanwhile is read this often. */
const readAgainSeconds = 5
/** Where nothing is left, what became due meanwhile is read, unless the last look is younger than this. */
const lookOnceMoreSeconds = 1

/** A queue that holds everything that is due by now. */
export async function dueQueue(deps: DueQueueDeps, kind: DueKind): Promise<DueQueue> {
  const waiting = turns()
  const readNew = newlyDue(deps, kind)
  let readAt = deps.now()
  let reading = readNew().then(all => waiting.add(all))

  /** Lanes that come for more at the same time wait for one reading. */
  const readAgainAfter = async (seconds: number): Promise<void> => {
    const now = deps.now()
    if (now >= addSeconds(readAt, seconds)) {
      readAt = now
      reading = reading.then(readNew).then(all => waiting.add(all))
    }
    await reading
  }

  await reading
  return {
    next: async () => {
      await readAgainAfter(waiting.size() === 0 ? lookOnceMoreSeconds : readAgainSeconds)
      return waiting.take()
    },
    rest: async () => {
      await readAgainAfter(lookOnceMoreSeconds)
      return waiting.all()
    },
    size: () => waiting.size(),
  }
}

/** An entry of the index can show up this long after its time. */
const indexLagSeconds = 60

/** Each call reads what has become due since the one before, earliest first; the first reads everything. */
function newlyDue({ store, now }: DueQueueDeps, kind: DueKind): () => Promise<readonly DueEndpoint[]> {
  const seen = new Set<string>()
  let since: Date | null = null
  return async () => {
    const until = now()
    const found: DueEndpoint[] = []
    for await (const page of store.due({ kind, since, until })) {
      found.push(...page.filter(due => !seen.has(entryOf(due))))
      for (const due of page) seen.add(entryOf(due))
    }
    since = addSeconds(until, -indexLagSeconds)
    return inOrder(found)
  }
}

/** An endpoint that becomes due again is another entry. */
function entryOf({ tenantId, endpointId, dueAt }: DueEndpoint): string {
  return `${tenantId}#${endpointId}#${dueAt.getTime()}`
}

function inOrder(found: readonly DueEndpoint[]): readonly DueEndpoint[] {
  return found.toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
}

interface Turns {
  add(all: readonly DueEndpoint[]): void
  take(): DueEndpoint | null
  all(): readonly DueEndpoint[]
  size(): number
}

/**
 * A queue in which tenants take turns: however much waits for one, another's next endpoint comes after at most one of it.
 * A tenant's own come in the order in which they were added.
 */
function turns(): Turns {
  const byTenant = new Map<string, DueEndpoint[]>()
  let size = 0
  return {
    add: all => {
      size += all.length
      for (const due of all) {
        const own = byTenant.get(due.tenantId)
        if (own === undefined) byTenant.set(due.tenantId, [due])
        else own.push(due)
      }
    },
    take: () => {
      const [turn] = byTenant
      if (turn === undefined) return null
      const [tenantId, own] = turn
      const next = own.shift() ?? null
      byTenant.delete(tenantId)
      if (own.length > 0) byTenant.set(tenantId, own)
      size -= 1
      return next
    },
    all: () => [...byTenant.values()].flat(),
    size: () => size,
  }
}
