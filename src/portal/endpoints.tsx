import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Endpoint, GetHealthReply, ListQuery } from '../client'
import { CreateDialog } from './create-endpoint'
import { useLoaded, useNow } from './loaded'
import { may, type Open, useOpen } from './open'
import { type Page, usePages } from './pages'
import { Field, Shown, Table, TimeAway } from './parts'
import { fragmentOf } from './route'
import { shown, shownCut } from '../core/shown'
import { SecretTile, type TileProps } from './tile'
import { health as healthTexts, list as texts, states } from './texts'

interface Filter {
  readonly status: '' | 'active' | 'paused'
  readonly contract: string
  readonly url: string
}

const noFilter: Filter = { status: '', contract: '', url: '' }
/** Each row asks for its health, so a page is short. */
const pageSize = 20

/** The tenant's endpoints, with how their deliveries go. */
export function Endpoints(): JSX.Element {
  const open = useOpen()
  const [filter, setFilter] = useState(noFilter)
  const [isCreating, setCreating] = useState(false)
  const { loaded, reload } = useLoaded(JSON.stringify(filter), () => readPage(open.client, filter, null))
  const tiles = useLoaded('tiles', () => readTiles(open))
  // Where nothing can be read, the list says so.
  const showsTiles = tiles.loaded.kind === 'ready' || (tiles.loaded.kind === 'failed' && loaded.kind === 'ready')
  const mayCreate = may(open, 'write', 'rotate') && open.session.endpointIds === null
  const isFiltered = filter.status + filter.contract + filter.url !== ''
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>{texts.heading}</h1>
        {mayCreate && (
          <button type="button" onClick={() => setCreating(true)}>
            {texts.create}
          </button>
        )}
      </div>
      <Filters filter={filter} onFilter={setFilter} />
      {showsTiles && (
        <Shown of={tiles.loaded} reload={tiles.reload}>
          {all => all.map(tile => <SecretTile key={tile.endpoint.id} {...tile} onRotated={() => void reload()} />)}
        </Shown>
      )}
      <Shown of={loaded} reload={reload}>
        {page =>
          page.data.length > 0 || page.nextCursor !== null ? (
            <Rows key={JSON.stringify(filter)} first={page} filter={filter} />
          ) : isFiltered ? (
            <p>{texts.noMatch}</p>
          ) : (
            <Empty mayCreate={mayCreate} onCreate={() => setCreating(true)} />
          )
        }
      </Shown>
      {isCreating && (
        <CreateDialog
          onDone={() => {
            setCreating(false)
            void reload()
            void tiles.reload()
          }}
          onClose={() => setCreating(false)}
        />
      )}
    </>
  )
}

function Empty({ mayCreate, onCreate }: { readonly mayCreate: boolean; readonly onCreate: () => void }): JSX.Element {
  return (
    <section class="empty" aria-labelledby="empty-heading">
      <h2 id="empty-heading">{texts.empty}</h2>
      <p>{texts.emptyHelp}</p>
      {mayCreate ? (
        <button type="button" class="main" onClick={onCreate}>
          {texts.first}
        </button>
      ) : (
        <p>{texts.emptyReader}</p>
      )}
    </section>
  )
}

interface FiltersProps {
  readonly filter: Filter
  readonly onFilter: (filter: Filter) => void
}

function Filters({ filter, onFilter }: FiltersProps): JSX.Element {
  const { mounts } = useOpen()
  const [url, setUrl] = useState(filter.url)
  return (
    <form
      class="filters"
      role="search"
      aria-label={texts.filters}
      onSubmit={event => {
        event.preventDefault()
        onFilter({ ...filter, url: url.trim() })
      }}
    >
      <Field label={texts.status}>
        {attributes => (
          <select
            {...attributes}
            value={filter.status}
            onChange={event => onFilter({ ...filter, status: statusOf(event.currentTarget.value) })}
          >
            <option value="">{texts.anyStatus}</option>
            <option value="active">{states.active}</option>
            <option value="paused">{states.paused}</option>
          </select>
        )}
      </Field>
      {mounts.length > 1 && (
        <Field label={texts.contract}>
          {attributes => (
            <select
              {...attributes}
              value={filter.contract}
              onChange={event => onFilter({ ...filter, contract: event.currentTarget.value })}
            >
              <option value="">{texts.anyContract}</option>
              {mounts.map(({ contract: { name } }) => (
                <option key={name} value={name}>
                  {shown(name)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Field label={texts.urlIs}>
        {attributes => (
          <input {...attributes} type="url" value={url} onInput={event => setUrl(event.currentTarget.value)} />
        )}
      </Field>
      <button>{texts.apply}</button>
    </form>
  )
}

function statusOf(value: string): Filter['status'] {
  return value === 'active' || value === 'paused' ? value : ''
}

interface Row {
  readonly endpoint: Endpoint
  /** Null: it could not be read. */
  readonly health: GetHealthReply | null
}

type Client = Open['client']

/** Of the contracts whose vendors have one, whatever page or filter their endpoints are in. */
async function readTiles({ client, mounts }: Open): Promise<readonly Omit<TileProps, 'onRotated'>[]> {
  const tiles = mounts.map(async mount => {
    const { tile, name: contract } = mount.contract
    if (tile === undefined) return []
    const { data } = await client.list({ contract, limit: pageSize })
    return data.map(endpoint => ({ mount, tile, endpoint }))
  })
  return (await Promise.all(tiles)).flat()
}

async function readPage(client: Client, { status, contract, url }: Filter, cursor: string | null): Promise<Page<Row>> {
  const query: ListQuery = {
    limit: pageSize,
    ...(status !== '' && { status }),
    ...(contract !== '' && { contract }),
    ...(url !== '' && { url }),
    ...(cursor !== null && { cursor }),
  }
  const { data, nextCursor } = await client.list(query)
  const rows = await Promise.all(data.map(async endpoint => ({ endpoint, health: await readHealth(client, endpoint) })))
  return { data: rows, nextCursor }
}

async function readHealth(client: Client, { id }: Endpoint): Promise<GetHealthReply | null> {
  try {
    return await client.getHealth(id)
  } catch {
    // The list is worth showing without it; the endpoint's own page says why.
    return null
  }
}

function Rows({ first, filter }: { readonly first: Page<Row>; readonly filter: Filter }): JSX.Element {
  const { client } = useOpen()
  const now = useNow(60)
  const { items, more } = usePages(first, cursor => readPage(client, filter, cursor))
  return (
    <>
      <Table
        caption={texts.caption}
        columns={[texts.name, texts.url, texts.state, texts.deliveries, texts.age]}
        rows={items.map(({ endpoint, health }) => ({
          key: endpoint.id,
          cells: [
            <a key="name" href={fragmentOf({ kind: 'endpoint', id: endpoint.id, view: 'keys' })}>
              {endpointName(endpoint)}
            </a>,
            endpoint.url === null ? (
              <span class="quiet">{texts.noUrl}</span>
            ) : (
              <code>{shownCut(endpoint.url, 60)}</code>
            ),
            <span key="state" class={`state ${endpoint.status}`}>
              {states[endpoint.status]}
            </span>,
            health === null ? '' : healthText(health),
            <TimeAway key="age" at={endpoint.currentKeyCreatedAt} now={now} />,
          ],
        }))}
      />
      {more}
    </>
  )
}

export function endpointName({ name, id }: Pick<Endpoint, 'name' | 'id'>): string {
  return shown(name.trim() === '' ? id : name)
}

export function healthText(health: GetHealthReply): string {
  const { pausedReason, lastDeliveryStatus, consecutiveFailures } = health
  if (pausedReason !== null) return healthTexts.pausedReason(shown(pausedReason))
  if (consecutiveFailures > 0) return healthTexts.failing(consecutiveFailures)
  if (lastDeliveryStatus === null) return healthTexts.none
  if (lastDeliveryStatus === 'failed') return healthTexts.failing(1)
  return lastDeliveryStatus === 'pending' ? healthTexts.pending : healthTexts.good
}
