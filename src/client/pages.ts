/** A page of a list. */
export interface Page<Item> {
  readonly data: readonly Item[]
  /** Null on the last one. */
  readonly nextCursor: string | null
}

/** Each item of a list, from the query's page on. The next page is read when the item after the last is asked for. */
export async function* itemsOf<Item, Query extends { readonly cursor?: string }>(
  read: (query: Query) => Promise<Page<Item>>,
  query: Query,
): AsyncGenerator<Item, void, undefined> {
  let page = await read(query)
  yield* page.data
  while (page.nextCursor !== null) {
    page = await read({ ...query, cursor: page.nextCursor })
    yield* page.data
  }
}
