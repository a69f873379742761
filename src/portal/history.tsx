import type { ComponentChildren, JSX } from 'preact'
import type { AuditRecord, AuditReply } from '../client'
import { useLoaded } from './loaded'
import { type Open, useOpen } from './open'
import { usePages } from './pages'
import { Shown, Table, Time } from './parts'
import { fragmentOf } from './route'
import { shown, shownCut } from '../core/shown'
import { history as texts } from './texts'

/** Who did what, when and why. `endpointId` null: of the whole account. */
export function History({ endpointId }: { readonly endpointId: string | null }): JSX.Element {
  const open = useOpen()
  const { loaded, reload } = useLoaded(`history ${endpointId ?? ''}`, () => readPage(open, endpointId, null))
  const Heading = endpointId === null ? 'h1' : 'h2'
  return (
    <section aria-labelledby="history-heading">
      <Heading id="history-heading" tabIndex={-1}>
        {texts.heading}
      </Heading>
      <Shown of={loaded} reload={reload}>
        {page =>
          page.data.length === 0 && page.nextCursor === null ? (
            <p>{texts.none}</p>
          ) : (
            <Records first={page} endpointId={endpointId} />
          )
        }
      </Shown>
    </section>
  )
}

/** Of what a session does not show there can be whole pages: so many are passed over before somebody has to ask. */
const mostPages = 20

async function readPage({ client }: Open, endpointId: string | null, cursor: string | null): Promise<AuditReply> {
  let next = cursor
  for (let pages = 1; ; pages += 1) {
    const query = { limit: 100, ...(next !== null && { cursor: next }) }
    const page = await (endpointId === null ? client.tenantAudit(query) : client.audit(endpointId, query))
    if (page.data.length > 0 || page.nextCursor === null || pages === mostPages) return page
    next = page.nextCursor
  }
}

function Records({
  first,
  endpointId,
}: {
  readonly first: AuditReply
  readonly endpointId: string | null
}): JSX.Element {
  const open = useOpen()
  const { items, more } = usePages(first, cursor => readPage(open, endpointId, cursor))
  const ofAll = endpointId === null
  return (
    <>
      <Table
        caption={texts.heading}
        columns={[texts.when, texts.what, ...(ofAll ? [texts.endpoint] : []), texts.who, texts.why, texts.changes]}
        rows={items.map(record => ({
          key: record.id,
          cells: [
            <Time key="at" at={record.at} />,
            texts.kinds[record.kind],
            ...(ofAll ? [endpointLink(record)] : []),
            <span key="who">
              {shownCut(record.actor.id, 60)}{' '}
              <span class="quiet">{texts.actors[record.actor.kind] ?? shown(record.actor.kind)}</span>
            </span>,
            shown(record.reason ?? ''),
            changesOf(record),
          ],
        }))}
      />
      {more}
    </>
  )
}

function endpointLink({ endpointId, kind }: AuditRecord): ComponentChildren {
  if (endpointId === null) return ''
  if (kind === 'delete') return <code>{shown(endpointId)}</code>
  return <a href={fragmentOf({ kind: 'endpoint', id: endpointId, view: 'keys' })}>{shown(endpointId)}</a>
}

function changesOf({ changed }: AuditRecord): ComponentChildren {
  const fields = Object.entries(changed)
  if (fields.length === 0) return ''
  return (
    <ul class="plain">
      {fields.map(([field, { from, to }]) => (
        <li key={field}>
          {shown(field)}:{' '}
          <code>
            <bdi>{valueText(from)}</bdi>
            {texts.becomes}
            <bdi>{valueText(to)}</bdi>
          </code>
        </li>
      ))}
    </ul>
  )
}

function valueText(value: unknown): string {
  return shownCut(typeof value === 'string' ? value : JSON.stringify(value), 120)
}
