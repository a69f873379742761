import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { CreateBody } from '../client'
import { useOpen } from './open'
import { Dialog, Failure, Field, useWork } from './parts'
import { shown } from '../core/shown'
import { common, create as texts, start } from './texts'
import { isOpenEnded } from './unclear'

interface CreateProps {
  readonly onDone: () => void
  readonly onClose: () => void
}

/** A URL, what it listens to, and its secret, once. */
export function CreateDialog({ onDone, onClose }: CreateProps): JSX.Element {
  const { mounts, obtain } = useOpen()
  const own = mounts.find(({ contract }) => contract.reach === 'every')?.contract.name ?? ''
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [eventTypes, setEventTypes] = useState('')
  const [contract, setContract] = useState(own)
  const [sent, setSent] = useState<{ readonly body: CreateBody; readonly key: string } | null>(null)
  const work = useWork()
  const isFixed = work.isRunning || sent !== null
  const send = (): void => {
    const types = linesOf(eventTypes)
    const body: CreateBody = {
      ...(contract !== own && { contract }),
      ...(name.trim() !== '' && { name: name.trim() }),
      url: url.trim(),
      ...(types.length > 0 && { eventTypes: types }),
    }
    const next = sent ?? { body, key: crypto.randomUUID() }
    setSent(next)
    work.run(async () => {
      try {
        await obtain({ kind: 'create', body: next.body }, next.key)
        onDone()
      } catch (error) {
        if (!isOpenEnded(error, sent !== null)) setSent(null)
        throw error
      }
    })
  }
  return (
    <Dialog heading={texts.heading} onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault()
          send()
        }}
      >
        <Field label={texts.name}>
          {attributes => (
            <input
              {...attributes}
              disabled={isFixed}
              value={name}
              onInput={event => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={texts.url} help={texts.urlHelp}>
          {attributes => (
            <input
              {...attributes}
              type="url"
              required
              disabled={isFixed}
              value={url}
              onInput={event => setUrl(event.currentTarget.value)}
            />
          )}
        </Field>
        {mounts.length > 1 && (
          <Field label={texts.contract}>
            {attributes => (
              <select
                {...attributes}
                disabled={isFixed}
                value={contract}
                onChange={event => setContract(event.currentTarget.value)}
              >
                {mounts.map(({ contract: { name: each } }) => (
                  <option key={each} value={each}>
                    {shown(each)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <Field label={texts.events} help={texts.eventsHelp}>
          {attributes => (
            <textarea
              {...attributes}
              rows={3}
              disabled={isFixed}
              value={eventTypes}
              onInput={event => setEventTypes(event.currentTarget.value)}
            />
          )}
        </Field>
        {work.error !== null && <Failure error={work.error} />}
        <div class="actions">
          <button class="main" disabled={work.isRunning}>
            {work.isRunning ? texts.working : sent === null ? texts.act : start.again}
          </button>
          <button type="button" onClick={onClose}>
            {common.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** What stands in lines of its own, without what is empty. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}
