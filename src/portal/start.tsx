import type { ComponentChildren, JSX } from 'preact'
import { type Asked, isSamePerson, type Live } from './opening'
import { shown } from './shown'
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
        <button type="button" class="main" onClick={onContinue}>
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

export function personOf({ session }: Pick<Live, 'session'>): string {
  return shown(session.displayName ?? session.subject)
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
