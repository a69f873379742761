import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useErrorBoundary, useState } from 'preact/hooks'
import { type Entering, type Mode, type Phase, useEntering } from './entering'
import type { TabStorage } from './kept'
import { OpenPage } from './open-page'
import { isSamePerson, type Live } from './opening'
import { problemText, ReturnLink } from './parts'
import { ReadingProvider } from './reading'
import { fragmentOf } from './route'
import { type Card, SecretCard } from './secret-card'
import { useSecrets } from './secrets'
import { AskScreen, personOf, StartScreen } from './start'
import { common, start } from './texts'
import { knownLocale } from './times'

interface AppProps {
  readonly mode: Mode
  readonly storage: TabStorage
}

/** The page: what comes before a session, the session's screens, and beside them the secrets that nobody has closed. */
export function App({ mode, storage }: AppProps): JSX.Element {
  const [said, setSaid] = useState('')
  const [isExact, setExact] = useState(false)
  const telling = (work: Promise<unknown>): void => void work.catch((error: unknown) => setSaid(problemText(error)))
  const secrets = useSecrets(storage, () => entering.deployment.current?.mounts ?? [])
  const entering: Entering = useEntering(mode, storage, live => telling(secrets.repeat(live)))
  const { phase, deployment, tell, end } = entering
  useEffect(() => {
    // Browsers keep whole pages for the way back.
    window.addEventListener('pagehide', secrets.hide)
    return () => window.removeEventListener('pagehide', secrets.hide)
  }, [])
  useEffect(() => {
    // What had the focus went with the screen that it stood in.
    if (document.activeElement === document.body) document.querySelector<HTMLElement>('main h1')?.focus()
  }, [phase.kind])
  const close = ({ idempotencyKey, isOfNewEndpoint, endpoint }: Card): void => {
    secrets.forget(idempotencyKey)
    if (isOfNewEndpoint && phase.kind === 'open') {
      location.hash = fragmentOf({ kind: 'endpoint', id: endpoint.id, view: 'keys' })
    }
  }
  const [card] = secrets.cards
  const locale = phase.kind === 'open' ? phase.live.session.locale : null
  return (
    <ReadingProvider value={{ reader: { locale: knownLocale(locale) }, isExact }}>
      {phase.kind === 'open' && deployment.current !== null ? (
        <Guarded>
          <OpenPage
            key={`${phase.live.session.tenantId} ${phase.live.session.subject}`}
            live={phase.live}
            deployment={deployment.current}
            changes={secrets.count}
            unfinished={secrets.unfinished.filter(pending => isSamePerson(pending, phase.live.session))}
            announce={setSaid}
            obtain={(request, key) => secrets.obtain(phase.live, request, key)}
            onRepeat={() => telling(secrets.repeat(phase.live))}
            onForget={secrets.forget}
            onEnding={() => tell('keyturn:ending')}
            onOver={() => end('over')}
            onSignOut={() => telling(entering.signOut(phase.live))}
            onExact={setExact}
          />
        </Guarded>
      ) : (
        <Before phase={phase} entering={entering} />
      )}
      {card !== undefined && (
        <SecretCard
          key={card.idempotencyKey}
          card={card}
          onShowAgain={phase.kind === 'open' ? () => telling(secrets.repeat(phase.live)) : null}
          onClose={() => close(card)}
        />
      )}
      <p class="live" role="status">
        {said}
      </p>
    </ReadingProvider>
  )
}

/** A fault of a screen leaves the secrets beside it as they are. */
function Guarded({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [fault] = useErrorBoundary()
  if (fault === undefined) return <>{children}</>
  return (
    <StartScreen heading={start.broken} help={start.brokenHelp}>
      <button type="button" class="main" onClick={() => location.reload()}>
        {common.reload}
      </button>
    </StartScreen>
  )
}

interface BeforeProps {
  readonly phase: Phase
  readonly entering: Pick<Entering, 'proceed' | 'stay'>
}

/** What is shown while no session is open. */
function Before({ phase, entering }: BeforeProps): JSX.Element {
  switch (phase.kind) {
    case 'open':
    case 'loading':
      return <StartScreen heading={common.loading} />
    case 'waiting':
      return <StartScreen heading={start.waiting} />
    case 'none':
      return <StartScreen heading={start.noLink} help={start.noLinkHelp} />
    case 'ask':
      return <AskScreen asked={phase.asked} onContinue={() => entering.proceed(phase.asked)} onStay={entering.stay} />
    case 'bad-link':
      return <Refused heading={start.badLink} help={start.badLinkHelp} live={phase.live} onStay={entering.stay} />
    case 'bad-session':
      return <Refused heading={start.badSession} help={start.badSessionHelp} live={phase.live} onStay={entering.stay} />
    case 'no-reply':
      return (
        <StartScreen heading={start.noReply} help={start.noReplyHelp}>
          <button type="button" class="main" onClick={phase.retry}>
            {start.again}
          </button>
        </StartScreen>
      )
    case 'wrong-parent':
      return <StartScreen heading={start.wrongParent} help={start.wrongParentHelp} />
    case 'no-cookie':
      return <StartScreen heading={start.noCookie} help={start.noCookieHelp(location.protocol === 'http:')} />
    case 'over':
    case 'signed-out':
      return (
        <StartScreen heading={phase.kind === 'over' ? start.over : start.signedOut} help={start.overHelp}>
          {phase.returnUrl !== null && <ReturnLink href={phase.returnUrl}>{start.back}</ReturnLink>}
        </StartScreen>
      )
  }
}

interface RefusedProps {
  readonly heading: string
  readonly help: string
  readonly live: Live | null
  readonly onStay: (live: Live) => void
}

/** What was opened is not to be; a session that was there before goes on. */
function Refused({ heading, help, live, onStay }: RefusedProps): JSX.Element {
  return (
    <StartScreen heading={heading} help={help}>
      {live !== null && (
        <button type="button" onClick={() => onStay(live)}>
          {start.stay(personOf(live))}
        </button>
      )}
    </StartScreen>
  )
}
