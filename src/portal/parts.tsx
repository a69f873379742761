import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { KeyturnError } from '../client'
import { addSeconds } from '../core/instant'
import { serverNow } from './clock'
import type { Loaded } from './loaded'
import { useOpen } from './open'
import { useReading } from './reading'
import { shown } from '../core/shown'
import { common, problems, rotate } from './texts'
import { exactTime, fromNow, localTime } from './times'

// The pieces that every screen is made of.

export function Time({ at }: { readonly at: string | Date }): JSX.Element {
  const { reader, isExact } = useReading()
  const date = typeof at === 'string' ? new Date(at) : at
  const exact = exactTime(date)
  return (
    <time dateTime={exact} title={exact}>
      {isExact ? exact : localTime(date, reader)}
    </time>
  )
}

/** A time with how far it is: `30 Nov 2026, 18:42 (in 3 hours)`. */
export function TimeAway({ at, now }: { readonly at: string | Date; readonly now: Date }): JSX.Element {
  const { reader } = useReading()
  const date = typeof at === 'string' ? new Date(at) : at
  return (
    <>
      <Time at={date} /> <span class="quiet">({fromNow(date, now, reader)})</span>
    </>
  )
}

/** In words of this page, or of the API, which name the fields at fault. */
export function problemText(error: unknown): string {
  if (!(error instanceof KeyturnError)) return problems['internal'] ?? ''
  return problems[error.code] ?? shown(error.detail)
}

/** Tells what went wrong, and how to sign in again where that is what is missing. */
export function Failure({ error }: { readonly error: unknown }): JSX.Element {
  const { session } = useOpen()
  const isStepUp = error instanceof KeyturnError && error.code === 'recent-sign-in-required'
  const { requestId: id = null, retryAfterSeconds = null } = error instanceof KeyturnError ? error : {}
  const now = serverNow()
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{common.failed}.</strong> {problemText(error)}
      </p>
      {isStepUp && session.returnUrl !== null && <ReturnLink href={session.returnUrl}>{rotate.stepUpAct}</ReturnLink>}
      {retryAfterSeconds !== null && retryAfterSeconds >= 60 && (
        <p>
          {common.possibleFrom} <TimeAway at={addSeconds(now, retryAfterSeconds)} now={now} />
        </p>
      )}
      {id !== null && <p class="quiet">{common.reference(shown(id))}</p>}
    </div>
  )
}

/** A way to the platform, which opens beside this page in a frame's parent or in this tab. */
export function ReturnLink({
  href,
  children,
}: {
  readonly href: string
  readonly children: ComponentChildren
}): JSX.Element | null {
  if (!/^https?:\/\//.test(href)) return null
  return (
    <a class="button" href={href} target={window.parent === window ? '_self' : '_blank'} rel="noreferrer">
      {children}
    </a>
  )
}

/** What was read, or that it is on its way, or why it is not there. */
export function Shown<Value>({
  of,
  reload,
  children,
}: {
  readonly of: Loaded<Value>
  readonly reload: () => Promise<void>
  readonly children: (value: Value) => ComponentChildren
}): JSX.Element {
  if (of.kind === 'ready') return <>{children(of.value)}</>
  if (of.kind === 'loading') return <p class="quiet">{common.loading}</p>
  return (
    <>
      <Failure error={of.error} />
      <button type="button" onClick={() => void reload()}>
        {common.reload}
      </button>
    </>
  )
}

interface DialogProps {
  readonly heading: string
  readonly children: ComponentChildren
  /** Somebody wants to close it. It closes when it is rendered no more. */
  readonly onClose: () => void
}

/** A native modal dialog: focus goes into it, stays there, and goes back to where it was. */
export function Dialog({ heading, children, onClose }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    if (element !== null && !element.open) element.showModal()
    return () => {
      element?.close()
      giveFocus(before)
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={event => {
        event.preventDefault()
        onClose()
      }}
      onKeyDown={event => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        onClose()
      }}
    >
      <h2 id={id} tabIndex={-1}>
        {heading}
      </h2>
      {children}
    </dialog>
  )
}

/** To the element, if it is still there; else to what the page is about. */
function giveFocus(element: Element | null): void {
  queueMicrotask(() => {
    const isThere = element instanceof HTMLElement && element.isConnected && element !== document.body
    const target = isThere ? element : document.querySelector<HTMLElement>('main h1')
    target?.focus()
  })
}

/** The state of something that a person asked for. */
export interface Work {
  readonly isRunning: boolean
  readonly error: unknown
  /** Runs one thing at a time. */
  readonly run: (work: () => Promise<void>) => void
  readonly clear: () => void
}

export function useWork(): Work {
  const [state, setState] = useState<{ readonly isRunning: boolean; readonly error: unknown }>(idle)
  const isMounted = useRef(true)
  /** What had the focus when the work began: a control that is disabled meanwhile loses it. */
  const focused = useRef<Element | null>(null)
  useEffect(() => {
    if (state.isRunning) return
    if (focused.current !== null && document.activeElement === document.body) giveFocus(focused.current)
    focused.current = null
  }, [state.isRunning])
  useEffect(() => {
    isMounted.current = true
    return () => {
      isMounted.current = false
    }
  }, [])
  const set = (next: typeof state): void => {
    if (isMounted.current) setState(next)
  }
  const run = (work: () => Promise<void>): void => {
    if (state.isRunning) return
    focused.current = document.activeElement
    set({ isRunning: true, error: null })
    work().then(
      () => set(idle),
      (error: unknown) => set({ isRunning: false, error }),
    )
  }
  return { ...state, run, clear: () => set(idle) }
}

const idle = { isRunning: false, error: null }

interface FieldProps {
  readonly label: string
  readonly help?: string | undefined
  readonly children: (attributes: {
    readonly id: string
    readonly 'aria-describedby': string | undefined
  }) => ComponentChildren
}

/** A label with its control, and what helps to fill it in. */
export function Field({ label, help, children }: FieldProps): JSX.Element {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': help === undefined ? undefined : `${id}-help` })}
      {help !== undefined && (
        <p class="quiet" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  )
}

/** Rows of a term and what is to be said of it. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, ComponentChildren])[] }): JSX.Element {
  return (
    <dl class="facts">
      {rows.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

interface TableProps {
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly { readonly key: string; readonly cells: readonly ComponentChildren[] }[]
}

/** A table whose first column names its rows. On a narrow screen each row becomes a block, with its columns' names. */
export function Table({ caption, columns, rows }: TableProps): JSX.Element {
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {columns.map(column => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells: [first, ...others] }) => (
          <tr key={key}>
            <th scope="row">{first}</th>
            {others.map((cell, index) => (
              <td key={columns[index + 1]} data-column={columns[index + 1]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
