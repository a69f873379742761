import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type Asked, isSamePerson, type Live } from './opening'
import { shown } from '../core/shown'
import { start as texts, title } from './texts'

// What stands before an open session, and after it.

/** Whose link it is, before anything is used up. */
export function AskScreen({
  asked,
  onContinue,
  onStay,
}: {
  readonly asked: Asked
  readonly onContinue: () => void
  readonly onStay: (live: Live) => void
}): JSX.Element {
  const { described, live } = asked
  const isInFront = useInFront()
  const other = live !== null && !isSamePerson(live.session, described) ? live : null
  return (
    <StartScreen heading={texts.heading}>
      <p>{texts.intro}</p>
      <dl class="facts">
        <div>
          <dt>{texts.platform}</dt>
          <dd>{shown(location.host)}</dd>
        </div>
        <div>
          <dt>{texts.tenant}</dt>
          <dd>
            <code>{shown(described.tenantId)}</code>
          </dd>
        </div>
        <div>
          <dt>{texts.person}</dt>
          <dd>
            {described.displayName !== null && <bdi>{shown(described.displayName)} </bdi>}
            <code>{shown(described.subject)}</code>
          </dd>
        </div>
      </dl>
      {other !== null && (
        <p class="notice bad" role="alert">
          {texts.replaces(personOf(other), shown(other.session.tenantId))}
        </p>
      )}
      <div class="actions">
        <button
          type="button"
          class="main"
          aria-disabled={!isInFront}
          onClick={({ detail }) => {
            // A keyboard's click has no count.
            if (isInFront || detail === 0) onContinue()
          }}
        >
          {texts.proceed}
        </button>
        {other !== null && (
          <button type="button" onClick={() => onStay(other)}>
            {texts.stay(personOf(other))}
          </button>
        )}
      </div>
    </StartScreen>
  )
}

/** How long the page is in front before somebody can have read it. */
const readMilliseconds = 400

/**
 * Whether the page has been in front for a moment. A click that was meant for something else comes sooner: somebody's window
 * over the page closes between the two of a double click. In a frame it is always: whose page is around it is known.
 */
function useInFront(): boolean {
  const [isInFront, setInFront] = useState(window.parent !== window)
  useEffect(() => {
    if (window.parent !== window) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const follow = (): void => {
      clearTimeout(timer)
      if (document.hasFocus()) timer = setTimeout(() => setInFront(true), readMilliseconds)
      else setInFront(false)
    }
    follow()
    window.addEventListener('focus', follow)
    window.addEventListener('blur', follow)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('focus', follow)
      window.removeEventListener('blur', follow)
    }
  }, [])
  return isInFront
}

export function personOf({ session: { displayName, subject } }: Pick<Live, 'session'>): string {
  return shown(displayName === null || displayName.trim() === '' ? subject : displayName)
}

interface StartScreenProps {
  readonly heading: string
  readonly help?: string
  readonly children?: ComponentChildren
}

/** A page with one thing to say. */
export function StartScreen({ heading, help, children }: StartScreenProps): JSX.Element {
  return (
    <div class="start">
      <header>
        <p class="brand">{title}</p>
      </header>
      <main>
        <h1 tabIndex={-1}>{heading}</h1>
        {help !== undefined && <p>{help}</p>}
        {children}
      </main>
    </div>
  )
}
