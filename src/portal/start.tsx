import type { ComponentChildren, JSX } from 'preact'
import type { Asked, Live } from './opening'
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
            {described.displayName !== null && <>{shown(described.displayName)} </>}
            <code>{shown(described.subject)}</code>
          </dd>
        </div>
      </dl>
      {live !== null && (
        <p class="notice bad" role="alert">
          {texts.replaces(personOf(live), shown(live.session.tenantId))}
        </p>
      )}
      <div class="actions">
        <button type="button" class="main" onClick={onContinue}>
          {texts.proceed}
        </button>
        {live !== null && (
          <button type="button" onClick={() => onStay(live)}>
            {texts.stay(personOf(live))}
          </button>
        )}
      </div>
    </StartScreen>
  )
}

export function personOf({ session }: Pick<Live, 'session'>): string {
  return shown(session.displayName ?? session.subject)
}

/** A page with one thing to say. */
export function StartScreen({
  heading,
  children,
}: {
  readonly heading: string
  readonly children?: ComponentChildren
}): JSX.Element {
  return (
    <div class="start">
      <header>
        <p class="brand">{title}</p>
      </header>
      <main>
        <h1 tabIndex={-1}>{heading}</h1>
        {children}
      </main>
    </div>
  )
}
