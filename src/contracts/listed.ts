/**
 * A list as an array is, but for what an element is compared with when the list is written. The alternative that is never
 * met lacks the members of the others, so the compiler looks for the alternative that has the same word in its
 * discriminating member, and names a typo once, at its place, with what is allowed there.
 */
export interface Listed<Item, Never> extends Pick<readonly Item[], Methods> {
  readonly [index: number]: Item | Never
}

type Methods = 'at' | 'every' | 'filter' | 'find' | 'flatMap' | 'length' | 'map' | 'some' | typeof Symbol.iterator
