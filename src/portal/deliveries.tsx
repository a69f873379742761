import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { AttemptsItem, DeliveriesItem, Endpoint } from '../client'
import type { Ring } from './key-ring'
import { useLoaded } from './loaded'
import { may, useOpen } from './open'
import { type Page, usePages } from './pages'
import { Failure, Field, Shown, Table, Time, useWork } from './parts'
import { shown, shownCut } from '../core/shown'
import { common, deliveries as texts } from './texts'
import { shortId } from './timeline-picture'

interface DeliveriesProps {
  readonly endpoint: Endpoint
  readonly ring: Ring
}

/** What was sent, what was answered, and which keys signed it. */
export function Deliveries({ endpoint, ring }: DeliveriesProps): JSX.Element {
  const open = useOpen()
  const { id } = endpoint
  const { client } = open
  const deliveries = useLoaded(`deliveries ${id}`, async () => (await client.deliveries(id, { limit: 50 })).data)
  const attempts = useLoaded(`attempts ${id}`, () => client.attempts(id, { limit: 50 }))
  const reload = async (): Promise<void> => {
    await Promise.all([deliveries.reload(), attempts.reload()])
  }
  return (
    <>
      {(may(open, 'test') || may(open, 'write')) && <Sending endpoint={endpoint} onSent={reload} />}
      <section aria-labelledby="deliveries-heading">
        <h2 id="deliveries-heading">{texts.heading}</h2>
        <Shown of={deliveries.loaded} reload={deliveries.reload}>
          {rows => (rows.length === 0 ? <p>{texts.none}</p> : <DeliveryRows rows={rows} onSent={reload} />)}
        </Shown>
      </section>
      <section aria-labelledby="attempts-heading">
        <h2 id="attempts-heading">{texts.attempts}</h2>
        <p class="quiet">{texts.attemptsHelp}</p>
        <Shown of={attempts.loaded} reload={attempts.reload}>
          {page =>
            page.data.length === 0 ? <p>{texts.none}</p> : <Attempts first={page} endpoint={endpoint} ring={ring} />
          }
        </Shown>
      </section>
    </>
  )
}

interface SendingProps {
  readonly endpoint: Endpoint
  readonly onSent: () => Promise<void>
}

/** A test, and what failed since a time. */
function Sending({ endpoint, onSent }: SendingProps): JSX.Element {
  const open = useOpen()
  const { client, announce } = open
  const work = useWork()
  const [since, setSince] = useState('')
  const [told, setTold] = useState('')
  const run = (task: () => Promise<string>): void =>
    work.run(async () => {
      const text = await task()
      setTold(text)
      announce(text)
      await onSent()
    })
  const test = async (): Promise<string> => {
    const { delivered } = await client.test(endpoint.id)
    return texts.tested(delivered ? texts.words.success : texts.words.failed)
  }
  const recover = async (): Promise<string> =>
    texts.recovered((await client.recover(endpoint.id, { since: new Date(since).toISOString() })).queued)
  return (
    <div class="sending">
      {may(open, 'test') && endpoint.url !== null && (
        <button type="button" disabled={work.isRunning} onClick={() => run(test)}>
          {texts.test}
        </button>
      )}
      {may(open, 'write') && (
        <form
          class="filters"
          aria-label={texts.recover}
          onSubmit={event => {
            event.preventDefault()
            run(recover)
          }}
        >
          <strong>{texts.recover}</strong>
          <Field label={texts.recoverSince}>
            {attributes => (
              <input
                {...attributes}
                type="datetime-local"
                required
                value={since}
                onInput={event => setSince(event.currentTarget.value)}
              />
            )}
          </Field>
          <button disabled={work.isRunning}>{texts.recoverAct}</button>
        </form>
      )}
      {told !== '' && <p class="good">{told}</p>}
      {work.error !== null && <Failure error={work.error} />}
    </div>
  )
}

interface DeliveryRowsProps {
  readonly rows: readonly DeliveriesItem[]
  readonly onSent: () => Promise<void>
}

function DeliveryRows({ rows, onSent }: DeliveryRowsProps): JSX.Element {
  const open = useOpen()
  const work = useWork()
  const send = (id: string): void =>
    work.run(async () => {
      await open.client.sendAgain(id)
      open.announce(texts.sentAgain)
      await onSent()
    })
  const actions = may(open, 'write')
  return (
    <>
      {work.error !== null && <Failure error={work.error} />}
      <Table
        caption={texts.heading}
        columns={[
          texts.event,
          texts.status,
          texts.created,
          texts.tries,
          texts.answer,
          ...(actions ? [texts.sendAgain] : []),
        ]}
        rows={rows.map(row => ({
          key: row.id,
          cells: [
            <span key="event">
              {shownCut(row.eventType, 60)} <code class="quiet">{shown(row.id)}</code>
            </span>,
            <span key="state" class={`state ${row.status}`}>
              {texts.words[row.status]}
            </span>,
            <Time key="created" at={row.createdAt} />,
            String(row.attemptCount),
            lastAnswer(row),
            ...(actions ? [sendAgainCell(row, work.isRunning, send)] : []),
          ],
        }))}
      />
    </>
  )
}

function lastAnswer({ lastResponseStatus, errorMessage }: DeliveriesItem): string {
  const status = lastResponseStatus === null ? [] : [String(lastResponseStatus)]
  return [...status, ...(errorMessage === null ? [] : [shownCut(errorMessage, 120)])].join(' ')
}

function sendAgainCell(row: DeliveriesItem, isRunning: boolean, send: (id: string) => void): ComponentChildren {
  if (row.status !== 'failed') return ''
  return (
    <button
      type="button"
      disabled={isRunning}
      aria-label={`${texts.sendAgain}: ${shown(row.id)}`}
      onClick={() => send(row.id)}
    >
      {texts.sendAgain}
    </button>
  )
}

interface AttemptsProps extends DeliveriesProps {
  readonly first: Page<AttemptsItem>
}

function Attempts({ first, endpoint, ring }: AttemptsProps): JSX.Element {
  const { client, session } = useOpen()
  const { items, more } = usePages(first, cursor => client.attempts(endpoint.id, { limit: 50, cursor }))
  const hasBodies = session.deliveryBodies
  return (
    <>
      <Table
        caption={texts.attempts}
        columns={[
          texts.at,
          texts.event,
          texts.kind,
          texts.result,
          texts.keys,
          texts.took,
          ...(hasBodies ? [texts.body] : []),
        ]}
        rows={items.map(attempt => ({
          key: attempt.id,
          cells: [
            <Time key="at" at={attempt.at} />,
            shownCut(attempt.eventType, 60),
            texts.kinds[attempt.kind],
            resultOf(attempt),
            keysOf(attempt, ring),
            texts.milliseconds(attempt.durationMs),
            ...(hasBodies ? [<code key="body">{shownCut(attempt.response, 500)}</code>] : []),
          ],
        }))}
      />
      {more}
    </>
  )
}

function resultOf({ status, error }: AttemptsItem): string {
  const parts = [status === null ? '' : String(status), error === null ? '' : texts.errors[error]]
  return parts.filter(part => part !== '').join(': ')
}

/** By their last four characters where the ring has them, else by their ids. */
function keysOf({ keyIds }: AttemptsItem, { keys }: Ring): ComponentChildren {
  if (keyIds.length === 0) return texts.nobody
  return keyIds.map(id => {
    const hint = keys.find(key => key.id === id)?.hint
    return (
      <code key={id} class="chip" title={shown(id)}>
        {hint === undefined ? `${shown(shortId(id))}…` : common.keyEnding(shown(hint))}
      </code>
    )
  })
}
