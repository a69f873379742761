import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Failure, useWork } from './parts'
import { common } from './texts'

/** A page of a list, as the API gives it. */
export interface Page<Item> {
  readonly data: readonly Item[]
  readonly nextCursor: string | null
}

interface Pages<Item> {
  /** Of all pages that were read. */
  readonly items: readonly Item[]
  /** Stands below them: a button for the next page while there is one, and what came of it. */
  readonly more: JSX.Element
}

/** A list of which the next page is read when somebody asks for it. */
export function usePages<Item>(first: Page<Item>, readNext: (cursor: string) => Promise<Page<Item>>): Pages<Item> {
  const work = useWork()
  const [others, setOthers] = useState<readonly Page<Item>[]>([])
  const pages = [first, ...others]
  const cursor = pages.at(-1)?.nextCursor ?? null
  const read = (from: string): void =>
    work.run(async () => {
      const page = await readNext(from)
      setOthers(before => [...before, page])
    })
  const more = (
    <>
      {work.error !== null && <Failure error={work.error} />}
      {cursor !== null && (
        <button type="button" disabled={work.isRunning} onClick={() => read(cursor)}>
          {common.loadMore}
        </button>
      )}
    </>
  )
  return { items: pages.flatMap(({ data }) => data), more }
}
