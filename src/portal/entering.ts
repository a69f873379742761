import { type RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { listenToParent, tellParent, type Told } from './frame'
import type { Handed } from './handed'
import { keepSessionId, type TabStorage } from './kept'
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
import { codeIn } from './route'

// Where the page stands between a link and an open session, and what moves it on.

/** `page`: in no frame, with a cookie. `embed`: in a platform's page, with a token in memory. */
export type Mode = 'page' | 'embed'

export type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'no-reply'; readonly retry: () => void }
  | { readonly kind: 'over' | 'signed-out'; readonly returnUrl: string | null }
  | Opened

export interface Entering {
  readonly phase: Phase
  /** Known once the phase is `open`. */
  readonly deployment: RefObject<Deployment | null>
  /** Uses a link up. */
  readonly proceed: (asked: Asked) => void
  /** Keeps the session that the tab has. */
  readonly stay: (live: Live) => void
  readonly end: (kind: 'over' | 'signed-out') => void
  /** Signs out. Rejects as the client does. */
  readonly signOut: (live: Live) => Promise<void>
  /** Tells the parent of an embedded page. */
  readonly tell: (type: Told) => void
}

/** `onOpen` is told of each session that is opened. */
export function useEntering(mode: Mode, storage: TabStorage, onOpen: (live: Live) => void): Entering {
  const [phase, setPhase] = useState<Phase>({ kind: 'loading' })
  const deployment = useRef<Deployment | null>(null)
  const live = useRef<Live | null>(null)
  const behind = useRef<Live | null>(null)
  const run = useRef(0)
  const show = (next: Phase): void => {
    live.current = next.kind === 'open' ? next.live : null
    behind.current = liveBehind(next, behind.current)
    setPhase(next)
  }
  const tell = (type: Told, to = live.current?.origin ?? null): void => {
    if (to !== null) tellParent(type, to)
  }
  const end = (kind: 'over' | 'signed-out'): void => {
    const current = live.current
    if (current === null) return
    tell(kind === 'over' ? 'keyturn:over' : 'keyturn:signed-out')
    show({ kind, returnUrl: current.session.returnUrl })
  }
  const openerOf = async (): Promise<Opener> => {
    deployment.current ??= await readDeployment(location)
    // A late answer to a session that was replaced says nothing of this one.
    const onRefused: Opener['onRefused'] = credential => {
      if (live.current?.credential === credential) end('over')
    }
    return { deployment: deployment.current, storage, onRefused }
  }
  /** Shows what the work comes to, unless other work has begun; where no reply comes, it can be tried again. */
  const enter = async (work: (opener: Opener) => Promise<Opened>, origin: string | null): Promise<void> => {
    const own = (run.current += 1)
    const next = await phaseAfter(
      async () => work(await openerOf()),
      () => void enter(work, origin),
    )
    if (run.current !== own) return
    const isNew = next.kind === 'open' && next.live !== live.current
    show(next)
    if (refused.has(next.kind)) tell('keyturn:refused', origin)
    if (next.kind !== 'open' || !isNew) return
    tell('keyturn:opened')
    onOpen(next.live)
  }
  const beginPage = (): void => {
    show({ kind: 'loading' })
    void enter(opener => openPage(opener, codeIn(location.hash)), null)
  }
  const take = (handed: Handed): void => {
    const before = behind.current
    void enter(async opener => unlessOther(await openHanded(opener, handed, before), before), handed.origin)
  }
  useEffect(() => {
    if (mode === 'page') return whenOpened(beginPage)
    if (window.parent === window) {
      show({ kind: 'none' })
      return undefined
    }
    show({ kind: 'waiting' })
    return listenToParent(take)
  }, [])
  return {
    phase,
    deployment,
    end,
    tell,
    proceed: asked => {
      if (mode === 'page') withoutFragment()
      show({ kind: 'loading' })
      void enter(opener => proceed(opener, asked), asked.origin)
    },
    stay: kept => {
      if (mode === 'page') withoutFragment()
      show({ kind: 'open', live: kept })
    },
    signOut: async ({ session, connection }) => {
      if (session.id !== null) await connection.client.endPortalSession(session.id)
      keepSessionId(storage, null)
      end('signed-out')
    },
  }
}

/** What a parent hears of as `keyturn:refused`. */
const refused: ReadonlySet<Phase['kind']> = new Set(['wrong-parent', 'bad-link', 'bad-session'])

async function phaseAfter(work: () => Promise<Opened>, retry: () => void): Promise<Phase> {
  try {
    return await work()
  } catch {
    // The network, or a server in trouble: what was kept is kept.
    return { kind: 'no-reply', retry }
  }
}

/** The session that is open, also while a question or a refusal stands before it. */
function liveBehind(phase: Phase, before: Live | null): Live | null {
  switch (phase.kind) {
    case 'open':
    case 'bad-link':
    case 'bad-session':
      return phase.live
    case 'ask':
      return phase.asked.live
    case 'loading':
    case 'no-reply':
      return before
    case 'waiting':
    case 'none':
    case 'wrong-parent':
    case 'no-cookie':
    case 'over':
    case 'signed-out':
      return null
  }
}

/** Another's session is not put in the place of one that is open. */
function unlessOther(opened: Opened, before: Live | null): Opened {
  if (opened.kind !== 'open' || before === null) return opened
  return isSamePerson(opened.live.session, before.session) ? opened : { kind: 'open', live: before }
}

/** Begins now, when a link is opened in this tab, and when the browser brings the page back. Returns what ends that. */
function whenOpened(begin: () => void): () => void {
  const back = (event: PageTransitionEvent): void => {
    if (event.persisted) begin()
  }
  const look = (): void => {
    if (codeIn(location.hash) !== null) begin()
  }
  window.addEventListener('pageshow', back)
  window.addEventListener('hashchange', look)
  begin()
  return () => {
    window.removeEventListener('pageshow', back)
    window.removeEventListener('hashchange', look)
  }
}

/** The code of a link is in no history. */
function withoutFragment(): void {
  history.replaceState(null, '', location.pathname + location.search)
}
