import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Endpoint, UpdateBody } from '../client'
import { linesOf } from './create-endpoint'
import { endpointName } from './endpoints'
import type { Ring } from './key-ring'
import { may, useOpen } from './open'
import { Dialog, Facts, Failure, Field, useWork } from './parts'
import { Check } from './rotate-dialog'
import { fragmentOf } from './route'
import { shown } from '../core/shown'
import { StepUp } from './step-up'
import { common, settings as texts } from './texts'

interface SettingsProps {
  readonly endpoint: Endpoint
  readonly ring: Ring
  readonly onChanged: () => Promise<void>
}

/** What can be changed by whoever may; for everybody else, what it is. */
export function Settings(props: SettingsProps): JSX.Element {
  const open = useOpen()
  const { endpoint, ring } = props
  const mirror = endpoint.mirror === 'on' ? texts.mirrorOn(shown(ring.mirror.name)) : texts.mirrorOff
  const fixed = [
    [texts.id, <code key="id">{shown(endpoint.id)}</code>],
    [texts.kind, shown(endpoint.contract)],
    [texts.mirror, mirror],
  ] as const
  return (
    <section aria-labelledby="settings-heading">
      <h2 id="settings-heading">{texts.heading}</h2>
      {may(open, 'write') ? <SettingsForm {...props} /> : <Facts rows={changeable(endpoint)} />}
      <Facts rows={fixed} />
      {may(open, 'write', 'rotate') && open.session.endpointIds === null && <Deletion endpoint={endpoint} />}
    </section>
  )
}

function changeable({ name, description, url, eventTypes }: Endpoint): Parameters<typeof Facts>[0]['rows'] {
  return [
    [texts.name, shown(name)],
    [texts.description, shown(description)],
    [texts.url, shown(url ?? common.none)],
    [texts.events, eventTypes.map(type => shown(type)).join(', ')],
  ]
}

interface Draft {
  readonly name: string
  readonly description: string
  readonly url: string
  readonly eventTypes: string
  readonly isPaused: boolean
}

function draftOf({ name, description, url, eventTypes, status }: Endpoint): Draft {
  return { name, description, url: url ?? '', eventTypes: eventTypes.join('\n'), isPaused: status === 'paused' }
}

/**
 * What somebody has changed here, and no more: the endpoint may be another than it was when the form was opened, and what
 * nobody touched stays as it is.
 */
function changesOf(endpoint: Endpoint, touched: Partial<Draft>): UpdateBody {
  const before = draftOf(endpoint)
  const { name, description, url, eventTypes, isPaused } = { ...before, ...touched }
  const types = linesOf(eventTypes)
  return {
    ...(name.trim() !== before.name.trim() && { name: name.trim() }),
    ...(description !== before.description && { description }),
    ...(url.trim() !== before.url && { url: url.trim() === '' ? null : url.trim() }),
    ...(types.join('\n') !== before.eventTypes && { eventTypes: types }),
    ...(isPaused !== before.isPaused && { status: isPaused ? 'paused' : 'active' }),
  }
}

function SettingsForm({ endpoint, onChanged }: SettingsProps): JSX.Element {
  const { client, announce } = useOpen()
  const [touched, setTouched] = useState<Partial<Draft>>({})
  const draft = { ...draftOf(endpoint), ...touched }
  const changes = changesOf(endpoint, touched)
  const work = useWork()
  const set = (change: Partial<Draft>): void => setTouched(before => ({ ...before, ...change }))
  const save = (): void =>
    work.run(async () => {
      await client.update(endpoint.id, changes)
      announce(common.saved)
      await onChanged()
      setTouched({})
    })
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        save()
      }}
    >
      <Field label={texts.name}>
        {attributes => (
          <input {...attributes} value={draft.name} onInput={event => set({ name: event.currentTarget.value })} />
        )}
      </Field>
      <Field label={texts.description}>
        {attributes => (
          <input
            {...attributes}
            value={draft.description}
            onInput={event => set({ description: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={texts.url}>
        {attributes => (
          <input
            {...attributes}
            type="url"
            value={draft.url}
            onInput={event => set({ url: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={texts.events}>
        {attributes => (
          <textarea
            {...attributes}
            rows={3}
            value={draft.eventTypes}
            onInput={event => set({ eventTypes: event.currentTarget.value })}
          />
        )}
      </Field>
      <Check
        label={texts.paused}
        isOn={draft.isPaused}
        isFixed={work.isRunning}
        onChange={isPaused => set({ isPaused })}
      />
      {work.error !== null && <Failure error={work.error} />}
      <div class="actions">
        <button class="main" disabled={work.isRunning || Object.keys(changes).length === 0}>
          {common.save}
        </button>
      </div>
    </form>
  )
}

/** As a page shows a text: blanks at its ends are not there, and several are one. */
function asSeen(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function Deletion({ endpoint }: { readonly endpoint: Endpoint }): JSX.Element {
  const { client, announce } = useOpen()
  const [isAsking, setAsking] = useState(false)
  const [typed, setTyped] = useState('')
  const work = useWork()
  const name = endpointName(endpoint)
  const remove = (): void =>
    work.run(async () => {
      await client.delete(endpoint.id)
      announce(texts.deleted)
      location.hash = fragmentOf({ kind: 'list' })
    })
  return (
    <>
      <h3>{texts.delete}</h3>
      <p>{texts.deleteHelp}</p>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        {texts.delete}
      </button>
      {isAsking && (
        <Dialog heading={texts.delete} onClose={() => setAsking(false)}>
          <form
            onSubmit={event => {
              event.preventDefault()
              remove()
            }}
          >
            <StepUp />
            <Field label={texts.deleteAsk(name)}>
              {attributes => (
                <input
                  {...attributes}
                  autocomplete="off"
                  value={typed}
                  onInput={event => setTyped(event.currentTarget.value)}
                />
              )}
            </Field>
            {work.error !== null && <Failure error={work.error} />}
            <div class="actions">
              <button class="danger" disabled={asSeen(typed) !== asSeen(name) || work.isRunning}>
                {texts.deleteAct}
              </button>
              <button type="button" onClick={() => setAsking(false)}>
                {common.cancel}
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  )
}
