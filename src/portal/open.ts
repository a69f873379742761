import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { CreateBody, KeyturnClient, RotateBody, UnrevealedRotateReply } from '../client'
import type { Contract } from '../contracts/contract'
import type { Mount } from '../contracts/routes'
import type { Connection, Scope, Session } from './connection'

// What every screen of an open session uses.

/** A request that reveals a secret. */
export type RevealingRequest =
  | { readonly kind: 'rotate'; readonly endpointId: string; readonly body: RotateBody }
  | { readonly kind: 'create'; readonly body: CreateBody }
  /** A rotation by the contract's own route. */
  | { readonly kind: 'own-route'; readonly contract: string; readonly endpointId: string }

/** Without the secret where it was not asked for. */
export type Revealed = Pick<UnrevealedRotateReply, 'endpoint' | 'signingSecret' | 'state' | 'signsFrom'>

export interface Open {
  readonly client: KeyturnClient
  readonly connection: Connection
  readonly api: string
  readonly session: Session
  readonly mounts: readonly Mount[]
  /** Tells it to whoever listens to the page. Never a secret. */
  readonly announce: (text: string) => void
  /** How many secrets have come: with another one, keys have changed. */
  readonly changes: number
  /**
   * Sends the request, and keeps it until its card is closed: a reload repeats it, and so does the same key. Rejects as the
   * client does; the secret is shown by the card.
   */
  readonly obtain: (request: RevealingRequest, idempotencyKey: string) => Promise<Revealed>
}

const OpenContext = createContext<Open | null>(null)
export const OpenProvider = OpenContext.Provider

export function useOpen(): Open {
  const open = useContext(OpenContext)
  if (open === null) throw new TypeError('a screen stands outside of a session')
  return open
}

/** Whether the session may: what it may not is not there. */
export function may({ session }: Pick<Open, 'session'>, ...scopes: readonly Scope[]): boolean {
  return scopes.every(scope => session.scopes.includes(scope))
}

/** The endpoint's contract; undefined: it is not mounted any more. */
export function contractOf({ mounts }: Pick<Open, 'mounts'>, name: string): Contract | undefined {
  return mounts.find(({ contract }) => contract.name === name)?.contract
}
