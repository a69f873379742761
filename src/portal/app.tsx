import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { KeyturnError } from '../client'
import type { Mount } from '../contracts/routes'
import { listenToParent, tellParent, type Told } from './frame'
import { forgetPending, keepPending, keepSessionId, keptPending, type Pending, type TabStorage } from './kept'
import type { Revealed, RevealingRequest } from './open'
import { OpenPage } from './open-page'
import {
  type Asked,
  type Deployment,
  isSamePerson,
  type Live,
  type Opened,
  type Opener,
  openHanded,
  openPage,
  proceed,
  readDeployment,
} from './opening'
import { ownRotation, rotateByOwnRoute } from './own-route'
import { problemText, ReturnLink } from './parts'
import { ReadingProvider } from './reading'
import { codeIn } from './route'
import { type Card, SecretCard, usualWords } from './secret-card'
import { AskScreen, personOf, StartScreen } from './start'
import { card as cardTexts, common, start } from './texts'
import { knownLocale } from './times'
import { isOpenEnded } from './unclear'

type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'no-reply'; readonly retry: () => void }
  | { readonly kind: 'over' | 'signed-out'; readonly returnUrl: string | null }
  | Opened

interface AppProps {
  /** `page`: in no frame, with a cookie. `embed`: in a platform's page, with a token in memory. */
  readonly mode: 'page' | 'embed'
  readonly storage: TabStorage
}

/** The page: what comes before a session, the session's screens, and what outlives it: secrets that nobody has closed. */
export function App({ mode, storage }: AppProps): JSX.Element {
  const [phase, setPhase] = useState<Phase>({ kind: 'loading' })
  const [cards, setCards] = useState<readonly Card[]>([])
  const [said, setSaid] = useState('')
  const [isExact, setExact] = useState(false)
  const deployment = useRef<Deployment | null>(null)
  const live = useRef<Live | null>(null)
  live.current = phase.kind === 'open' ? phase.live : null

  const tell = (type: Told, to = live.current?.origin ?? null): void => {
    if (to !== null) tellParent(type, to)
  }
  const end = (kind: 'over' | 'signed-out'): void => {
    const current = live.current
    if (current === null) return
    tell(kind === 'over' ? 'keyturn:over' : 'keyturn:signed-out')
    setPhase({ kind, returnUrl: current.session.returnUrl })
  }
  const openerOf = async (): Promise<Opener> => {
    deployment.current ??= await readDeployment(location)
    return { deployment: deployment.current, storage, onRefused: () => end('over') }
  }
  /** Shows what the work comes to; where no reply comes, it can be tried again. */
  const enter = (work: (opener: Opener) => Promise<Opened>, origin: string | null = null): void => {
    const attempt = async (): Promise<void> => {
      try {
        const opened = await work(await openerOf())
        setPhase(opened)
        if (opened.kind === 'wrong-parent' || opened.kind === 'bad-link') tell('keyturn:refused', origin)
        if (opened.kind === 'open') await entered(opened.live)
      } catch {
        // The network, or a server in trouble: what was kept is kept.
        setPhase({ kind: 'no-reply', retry: () => enter(work, origin) })
      }
    }
    void attempt()
  }
  /** Repeats what this tab had not finished: the same requests show the same secrets. */
  const entered = async (opened: Live): Promise<void> => {
    tell('keyturn:opened', opened.origin)
    const { session } = opened
    for (const pending of keptPending(storage, session, new Date())) await finish(opened, pending)
  }
  const finish = async (opened: Live, pending: Pending): Promise<void> => {
    try {
      await sent(opened, pending)
    } catch (error) {
      setSaid(isOpenEnded(error) ? problemText(error) : `${cardTexts.superseded} ${problemText(error)}`)
    }
  }
  const sent = async ({ connection }: Live, pending: Pending): Promise<Revealed> => {
    try {
      const mounts = deployment.current?.mounts ?? []
      const reply = await send(connection, mounts, pending)
      setCards(before => [
        ...before.filter(card => card.idempotencyKey !== pending.idempotencyKey),
        cardOf(pending, reply, mounts),
      ])
      return reply
    } catch (error) {
      if (!isOpenEnded(error)) forgetPending(storage, pending.idempotencyKey)
      throw error
    }
  }
  const begin = (): void => {
    setPhase({ kind: 'loading' })
    enter(opener => openPage(opener, codeIn(location.hash)))
  }

  useEffect(() => {
    // A secret is in no page that the browser keeps for the way back.
    const hide = (): void => setCards(before => before.map(card => ({ ...card, secret: null })))
    const show = (event: PageTransitionEvent): void => {
      if (event.persisted && mode === 'page') begin()
    }
    const look = (): void => {
      if (mode === 'page' && codeIn(location.hash) !== null) begin()
    }
    window.addEventListener('pagehide', hide)
    window.addEventListener('pageshow', show)
    window.addEventListener('hashchange', look)
    const stop = mode === 'page' ? undefined : listen()
    if (mode === 'page') begin()
    return () => {
      window.removeEventListener('pagehide', hide)
      window.removeEventListener('pageshow', show)
      window.removeEventListener('hashchange', look)
      stop?.()
    }
  }, [])

  const listen = (): (() => void) | undefined => {
    if (window.parent === window) {
      setPhase({ kind: 'none' })
      return undefined
    }
    setPhase({ kind: 'waiting' })
    return listenToParent(handed => {
      const before = live.current
      enter(async opener => {
        const opened = await openHanded(opener, handed, before)
        // Another's session is not put in the place of one that is open.
        const isOther = opened.kind === 'open' && before !== null && !isSamePerson(opened.live.session, before.session)
        return isOther && before !== null ? { kind: 'open', live: before } : opened
      }, handed.origin)
    })
  }

  const proceedWith = (asked: Asked): void => {
    if (mode === 'page') history.replaceState(null, '', location.pathname + location.search)
    setPhase({ kind: 'loading' })
    enter(opener => proceed(opener, asked), asked.origin)
  }
  const stay = (kept: Live): void => {
    if (mode === 'page') history.replaceState(null, '', location.pathname + location.search)
    setPhase({ kind: 'open', live: kept })
  }
  const reveal = async (opened: Live, request: RevealingRequest, key: string): Promise<Revealed> => {
    const { tenantId, subject } = opened.session
    const pending = { ...request, idempotencyKey: key, tenantId, subject, at: new Date().toISOString() }
    keepPending(storage, pending)
    return sent(opened, pending)
  }
  const close = ({ idempotencyKey }: Card): void => {
    forgetPending(storage, idempotencyKey)
    setCards(before => before.filter(card => card.idempotencyKey !== idempotencyKey))
  }
  const showAgain = (card: Card): void => {
    const opened = live.current
    const pending = opened === null ? [] : keptPending(storage, opened.session, new Date())
    const same = pending.find(({ idempotencyKey }) => idempotencyKey === card.idempotencyKey)
    if (opened !== null && same !== undefined) void finish(opened, same)
  }
  const signOut = async (opened: Live): Promise<void> => {
    const { session, connection } = opened
    if (session.id !== null) await connection.client.endPortalSession(session.id)
    keepSessionId(storage, null)
    end('signed-out')
  }

  const [card] = cards
  const { locale = null } = phase.kind === 'open' ? phase.live.session : {}
  const reader = { locale: knownLocale(locale) }
  return (
    <ReadingProvider value={{ reader, isExact }}>
      {phase.kind === 'open' && deployment.current !== null ? (
        <OpenPage
          key={`${phase.live.session.tenantId} ${phase.live.session.subject}`}
          live={phase.live}
          deployment={deployment.current}
          announce={setSaid}
          obtain={(request, key = crypto.randomUUID()) => reveal(phase.live, request, key)}
          onEnding={() => tell('keyturn:ending')}
          onOver={() => end('over')}
          onSignOut={() => void signOut(phase.live)}
          onExact={setExact}
        />
      ) : (
        <Before phase={phase} onContinue={proceedWith} onStay={stay} />
      )}
      {card !== undefined && (
        <SecretCard
          key={card.idempotencyKey}
          card={card}
          onShowAgain={() => showAgain(card)}
          onClose={() => close(card)}
        />
      )}
      <p class="live" role="status">
        {said}
      </p>
    </ReadingProvider>
  )
}

async function send(connection: Live['connection'], mounts: readonly Mount[], pending: Pending): Promise<Revealed> {
  const { idempotencyKey } = pending
  const { client } = connection
  if (pending.kind === 'create') return client.create(pending.body, { idempotencyKey })
  if (pending.kind === 'rotate') return client.rotate(pending.endpointId, pending.body, { idempotencyKey })
  const { endpointId } = pending
  const mount = mountOf(mounts, pending.contract)
  const request = mount === undefined ? null : ownRotation(mount, endpointId, idempotencyKey)
  if (mount === undefined || request === null) throw new KeyturnError('contract-not-mounted', '', { status: 409 })
  const endpoint = await client.get(endpointId)
  const signingSecret = await rotateByOwnRoute(connection.fetch, location.origin, { mount, request })
  return { endpoint, signingSecret, state: 'signing', signsFrom: null }
}

function mountOf(mounts: readonly Mount[], name: string): Mount | undefined {
  return mounts.find(({ contract }) => contract.name === name)
}

function cardOf(pending: Pending, reply: Revealed, mounts: readonly Mount[]): Card {
  const { idempotencyKey } = pending
  const mount = pending.kind === 'own-route' ? mountOf(mounts, pending.contract) : undefined
  const { endpoint, signingSecret = null, state, signsFrom } = reply
  return {
    idempotencyKey,
    endpoint,
    secret: signingSecret,
    isUnrevealed: signingSecret === null,
    state,
    signsFrom,
    words: mount?.contract.tile ?? usualWords,
  }
}

interface BeforeProps {
  readonly phase: Phase
  readonly onContinue: (asked: Asked) => void
  readonly onStay: (live: Live) => void
}

/** What is shown while no session is open. */
function Before({ phase, onContinue, onStay }: BeforeProps): JSX.Element {
  switch (phase.kind) {
    case 'open':
    case 'loading':
      return <StartScreen heading={common.loading} />
    case 'waiting':
      return <StartScreen heading={start.waiting} />
    case 'none':
      return (
        <StartScreen heading={start.noLink}>
          <p>{start.noLinkHelp}</p>
        </StartScreen>
      )
    case 'ask':
      return <AskScreen asked={phase.asked} onContinue={() => onContinue(phase.asked)} onStay={onStay} />
    case 'bad-link':
      return (
        <StartScreen heading={start.badLink}>
          <p>{start.badLinkHelp}</p>
          {phase.live !== null && <Stay live={phase.live} onStay={onStay} />}
        </StartScreen>
      )
    case 'no-reply':
      return (
        <StartScreen heading={start.noReply}>
          <p>{start.noReplyHelp}</p>
          <button type="button" class="main" onClick={phase.retry}>
            {start.again}
          </button>
        </StartScreen>
      )
    case 'wrong-parent':
      return (
        <StartScreen heading={start.wrongParent}>
          <p>{start.wrongParentHelp}</p>
        </StartScreen>
      )
    case 'over':
    case 'signed-out':
      return (
        <StartScreen heading={phase.kind === 'over' ? start.over : start.signedOut}>
          <p>{start.overHelp}</p>
          {phase.returnUrl !== null && <ReturnLink href={phase.returnUrl}>{start.back}</ReturnLink>}
        </StartScreen>
      )
  }
}

function Stay({ live, onStay }: { readonly live: Live; readonly onStay: (live: Live) => void }): JSX.Element {
  return (
    <button type="button" onClick={() => onStay(live)}>
      {start.stay(personOf(live))}
    </button>
  )
}
