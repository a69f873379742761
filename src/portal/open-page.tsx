import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { EndpointPage } from './endpoint'
import { Endpoints } from './endpoints'
import { History } from './history'
import { useNow } from './loaded'
import { type Open, OpenProvider } from './open'
import type { Pending } from './kept'
import type { Deployment, Live } from './opening'
import { ReturnLink } from './parts'
import { useReading } from './reading'
import { fragmentOf, type Route, routeOf } from './route'
import { shown } from '../core/shown'
import { personOf } from './start'
import { frame as texts, title } from './texts'
import { localTime } from './times'

interface OpenPageProps extends Pick<Open, 'announce' | 'obtain' | 'changes'> {
  readonly live: Live
  readonly deployment: Deployment
  readonly unfinished: readonly Pending[]
  readonly onRepeat: () => void
  readonly onForget: (idempotencyKey: string) => void
  readonly onEnding: () => void
  readonly onOver: () => void
  readonly onSignOut: () => void
  readonly onExact: (isExact: boolean) => void
}

/** The screens of an open session. */
export function OpenPage(props: OpenPageProps): JSX.Element {
  const { live, deployment, announce, obtain, changes, onSignOut, onExact } = props
  const { session, connection } = live
  const { isExact } = useReading()
  const route = useRoute()
  useTheme(session.theme)
  const open: Open = { client: connection.client, connection, session, ...deployment, announce, obtain, changes }
  return (
    <OpenProvider value={open}>
      <header>
        <a class="skip" href={fragmentOf(route)} onClick={skipToMain}>
          {texts.skip}
        </a>
        <p class="brand">{title}</p>
        <p class="who">
          <span>
            {texts.account} <code>{shown(session.tenantId)}</code>
          </span>
          <span>
            {texts.person} <strong>{personOf(live)}</strong>
          </span>
          {session.id !== null && (
            <button type="button" onClick={onSignOut}>
              {texts.signOut}
            </button>
          )}
        </p>
      </header>
      <Ending {...props} />
      <Unfinished {...props} />
      <div class="columns">
        <nav class="sections" aria-label={texts.sections}>
          <a href={fragmentOf({ kind: 'list' })} aria-current={route.kind === 'history' ? undefined : 'page'}>
            {shown(sectionOf(deployment))}
          </a>
          <a href={fragmentOf({ kind: 'history' })} aria-current={route.kind === 'history' ? 'page' : undefined}>
            {texts.history}
          </a>
        </nav>
        <main tabIndex={-1}>
          <Screen route={route} />
        </main>
      </div>
      <footer>
        <label class="choice">
          <input type="checkbox" checked={isExact} onChange={event => onExact(event.currentTarget.checked)} />
          {texts.exact}
        </label>
      </footer>
    </OpenProvider>
  )
}

/** As the vendor's own dashboard names it, where it has a tile. */
function sectionOf({ mounts }: Deployment): string {
  return mounts.find(({ contract }) => contract.tile !== undefined)?.contract.tile?.section ?? texts.webhooks
}

function Screen({ route }: { readonly route: Route }): JSX.Element {
  if (route.kind === 'history') return <History endpointId={null} />
  if (route.kind === 'list') return <Endpoints />
  return <EndpointPage key={route.id} id={route.id} view={route.view} />
}

function skipToMain(event: Event): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('main')?.focus()
}

/** The route, as the fragment changes; the heading of a new one gets the focus. */
function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash))
  const isFirst = useRef(true)
  useEffect(() => {
    const follow = (): void => setRoute(routeOf(location.hash))
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  useEffect(() => {
    if (isFirst.current) isFirst.current = false
    else document.querySelector<HTMLElement>('main h1')?.focus()
  }, [route])
  return route
}

function useTheme(theme: 'light' | 'dark' | null): void {
  useEffect(() => {
    if (theme !== null) document.documentElement.dataset['theme'] = theme
  }, [theme])
}

const warnSeconds = 120

/** From two minutes before the end of the session: when it is, and how to go on. */
function Ending({ live, onEnding, onOver }: OpenPageProps): JSX.Element | null {
  const { session } = live
  const { reader } = useReading()
  const now = useNow(5)
  const left = session.expiresAt === null ? null : (Date.parse(session.expiresAt) - now.getTime()) / 1000
  const isEnding = left !== null && left <= warnSeconds
  const isOver = left !== null && left <= 0
  useEffect(() => {
    if (isEnding && !isOver) onEnding()
    if (isOver) onOver()
  }, [isEnding, isOver])
  if (!isEnding || session.expiresAt === null) return null
  return (
    <div class="notice ending" role="alert">
      <p>
        {texts.runsOut(localTime(new Date(session.expiresAt), reader))} {texts.renewHelp}
      </p>
      {session.returnUrl !== null && <ReturnLink href={session.returnUrl}>{texts.renew}</ReturnLink>}
    </div>
  )
}

/** Requests whose answer never came: the same again shows the same secret. */
function Unfinished({ unfinished, onRepeat, onForget }: OpenPageProps): JSX.Element | null {
  if (unfinished.length === 0) return null
  return (
    <div class="notice unfinished" role="alert">
      <p>{texts.unfinished}</p>
      <div class="actions">
        <button type="button" class="main" onClick={onRepeat}>
          {texts.repeat}
        </button>
        <button type="button" onClick={() => unfinished.forEach(({ idempotencyKey }) => onForget(idempotencyKey))}>
          {texts.forget}
        </button>
      </div>
    </div>
  )
}
