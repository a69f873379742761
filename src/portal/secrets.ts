import { useRef, useState } from 'preact/hooks'
import { KeyturnError } from '../client'
import type { Mount } from '../contracts/routes'
import { serverNow } from './clock'
import { forgetPending, keepPending, keptPending, type Pending, type TabStorage } from './kept'
import type { Revealed, RevealingRequest } from './open'
import type { Live } from './opening'
import { ownRotation, rotateByOwnRoute } from './own-route'
import { type Card, usualWords } from './secret-card'
import { isOpenEnded } from './unclear'

// New secrets, from the request that makes one until somebody closes its card. They outlive the session that they came with.

export interface Secrets {
  /** Oldest first; the first one is shown. */
  readonly cards: readonly Card[]
  /** Requests of which nobody knows what came. */
  readonly unfinished: readonly Pending[]
  /** How many answers have come. */
  readonly count: number
  /** Sends the request, and keeps it until its card is closed. Rejects as the client does. */
  readonly obtain: (live: Live, request: RevealingRequest, idempotencyKey: string) => Promise<Revealed>
  /** Repeats what the tab has kept of this person and shows no card of. Rejects with the first that is refused. */
  readonly repeat: (live: Live) => Promise<void>
  /** Gives it up, or puts it away: nothing of it is left in the tab. */
  readonly forget: (idempotencyKey: string) => void
  /** Takes the secrets out of the page; `repeat` brings them back. */
  readonly hide: () => void
}

export function useSecrets(storage: TabStorage, mounts: () => readonly Mount[]): Secrets {
  const [cards, setCards] = useState<readonly Card[]>([])
  const [unfinished, setUnfinished] = useState<readonly Pending[]>([])
  const [count, setCount] = useState(0)
  const shown = useRef(cards)
  shown.current = cards
  /** Keys of requests that were sent, and of which nobody knew then what came. */
  const open = useRef(new Set<string>())
  const send = async ({ connection }: Live, pending: Pending, isKept = false): Promise<Revealed> => {
    const { idempotencyKey } = pending
    const isRepeat = isKept || open.current.has(idempotencyKey)
    try {
      const reply = await answerTo(pending, { connection, mounts: mounts() })
      setCards(before => [...others(before, idempotencyKey), cardOf(pending, reply, mounts())])
      setUnfinished(before => others(before, idempotencyKey))
      setCount(before => before + 1)
      return reply
    } catch (error) {
      const isOpen = isOpenEnded(error, isRepeat)
      if (isOpen) open.current.add(idempotencyKey)
      else forgetPending(storage, idempotencyKey)
      setUnfinished(before => [...others(before, idempotencyKey), ...(isOpen ? [pending] : [])])
      throw error
    }
  }
  return {
    cards,
    unfinished,
    count,
    obtain: async (live, request, idempotencyKey) => {
      const { tenantId, subject } = live.session
      const pending = { ...request, idempotencyKey, tenantId, subject, at: serverNow().toISOString() }
      keepPending(storage, pending)
      return send(live, pending)
    },
    repeat: async live => {
      const isShown = ({ idempotencyKey }: Pending): boolean =>
        shown.current.some(
          card => card.idempotencyKey === idempotencyKey && (card.secret !== null || card.isUnrevealed),
        )
      const left = keptPending(storage, live.session, serverNow()).filter(pending => !isShown(pending))
      for (const pending of left) await send(live, pending, true)
    },
    forget: idempotencyKey => {
      forgetPending(storage, idempotencyKey)
      setCards(before => others(before, idempotencyKey))
      setUnfinished(before => others(before, idempotencyKey))
    },
    hide: () => setCards(before => before.map(card => ({ ...card, secret: null }))),
  }
}

function others<Item extends { readonly idempotencyKey: string }>(
  items: readonly Item[],
  idempotencyKey: string,
): readonly Item[] {
  return items.filter(item => item.idempotencyKey !== idempotencyKey)
}

interface Way {
  readonly connection: Live['connection']
  readonly mounts: readonly Mount[]
}

async function answerTo(pending: Pending, { connection, mounts }: Way): Promise<Revealed> {
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
  const { endpoint, signingSecret = null, state, signsFrom } = reply
  const tile = pending.kind === 'own-route' ? mountOf(mounts, pending.contract)?.contract.tile : undefined
  return {
    idempotencyKey: pending.idempotencyKey,
    isOfNewEndpoint: pending.kind === 'create',
    endpoint,
    secret: signingSecret,
    isUnrevealed: signingSecret === null,
    state,
    signsFrom,
    words: tile ?? usualWords,
  }
}
