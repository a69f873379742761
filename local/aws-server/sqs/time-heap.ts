/** Items by the time at which they are wanted, the earliest first. */
export interface TimeHeap<Item> {
  push(at: number, item: Item): void
  /** The items whose time is not after `now`, earliest first; they are taken out. */
  take(now: number): readonly Item[]
  /** The earliest time, or null. */
  next(): number | null
}

interface Entry<Item> {
  readonly at: number
  readonly item: Item
}

/** A binary heap. */
export function timeHeap<Item>(): TimeHeap<Item> {
  const entries: Entry<Item>[] = []
  return {
    push: (at, item) => {
      entries.push({ at, item })
      rise(entries, entries.length - 1)
    },
    take: now => {
      const taken: Item[] = []
      for (let first = entries[0]; first !== undefined && first.at <= now; first = entries[0]) {
        taken.push(first.item)
        removeFirst(entries)
      }
      return taken
    },
    next: () => entries[0]?.at ?? null,
  }
}

function removeFirst<Item>(entries: Entry<Item>[]): void {
  const last = entries.pop()
  if (last === undefined || entries.length === 0) return
  entries[0] = last
  sink(entries, 0)
}

function rise<Item>(entries: Entry<Item>[], from: number): void {
  for (let child = from; child > 0;) {
    const parent = (child - 1) >> 1
    if (!swapIfEarlier(entries, child, parent)) return
    child = parent
  }
}

function sink<Item>(entries: Entry<Item>[], from: number): void {
  for (let parent = from; ;) {
    const [left, right] = [2 * parent + 1, 2 * parent + 2]
    const child = atOf(entries, right) < atOf(entries, left) ? right : left
    if (!swapIfEarlier(entries, child, parent)) return
    parent = child
  }
}

function atOf<Item>(entries: readonly Entry<Item>[], index: number): number {
  return entries[index]?.at ?? Infinity
}

function swapIfEarlier<Item>(entries: Entry<Item>[], child: number, parent: number): boolean {
  const [lower, upper] = [entries[child], entries[parent]]
  if (lower === undefined || upper === undefined || lower.at >= upper.at) return false
  entries[child] = upper
  entries[parent] = lower
  return true
}
