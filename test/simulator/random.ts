const { imul, floor } = Math

/** Chance that a seed repeats exactly. */
export interface Random {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number
  chance(probability: number): boolean
  /** @throws {RangeError} for an empty list */
  pick<Item>(items: readonly Item[]): Item
}

/** Mulberry32: a well-mixed 32-bit counter. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = imul(seed + 1, 0x9e3779b1) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    below: limit => floor(next() * limit),
    chance: probability => next() < probability,
    pick: items => {
      const item = items[floor(next() * items.length)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
  }
}
