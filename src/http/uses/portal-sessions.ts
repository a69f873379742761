import {
  describePortalSession,
  exchangePortalSession,
  makePortalSession,
  type PortalSessionDeps,
} from '../../access/manage-portal-sessions'
import { headerOf } from '../../access/credential'
import { modeOf } from '../../access/portal-principal'
import {
  cookieNameOf,
  cookiePattern,
  type PortalEnding,
  type PortalSession,
  portalSessionIdPattern,
} from '../../access/portal-session'
import type { Principal } from '../../access/authenticate'
import { newId } from '../../core/id'
import { Problem } from '../../core/problem'
import type { Secret } from '../../core/secret'
import { invalidField, readTable } from '../body/fields'
import { parseJsonObject, readBody } from '../body/json'
import { describeTable, exchangeTable, readPortalSessionBody } from '../body/portal-session'
import { readSubject } from '../query'
import { type Outcome, outcome } from '../reply'
import type { MatchedRequest, PermittedRequest, Uses } from '../request'

/** Portal sessions, made and ended, and the exchange of their codes. Null: the deployment has no portal. */
export function portalSessionUses(deps: PortalSessionDeps | null): Uses {
  if (deps === null) return {}
  return {
    'create-portal-session': { credential: 'fresh', perform: request => create(deps, request) },
    'end-portal-session': { credential: 'fresh', perform: request => end(deps, request) },
    'end-portal-sessions': { credential: 'fresh', perform: request => endOfSubject(deps, request) },
    'describe-portal-session': request => describe(deps, request),
    'exchange-portal-session': request => exchange(deps, request),
  }
}

/** The one reply that has the link. A repeat makes another session. */
async function create(deps: PortalSessionDeps, request: PermittedRequest): Promise<Outcome> {
  const { contract, tenantId, principal: maker } = request
  if (maker.kind !== 'api-key') throw new Problem('permission-denied', 'An API key is required.')
  const body = readPortalSessionBody(parseJsonObject(readBody(request)), deps.settings, deps.now())
  const { session, url } = await makePortalSession(deps, { contract, maker, tenantId, ...body })
  return outcome({ id: session.id, url: url.reveal(), expiresAt: session.expiresAt })
}

/** Whose session a link is, before anybody goes on. */
async function describe(deps: PortalSessionDeps, request: MatchedRequest): Promise<Outcome> {
  const { code } = readTable(readCodeBody(deps, request), describeTable, 'refuse')
  const { id, tenantId, subject, displayName, expiresAt } = await describePortalSession(deps, request.contract, code)
  return outcome({ id, tenantId, subject, displayName, expiresAt })
}

/** The token of a session: in a cookie for a page by itself, in the reply for an embedded one, which no cookie reaches. */
async function exchange(deps: PortalSessionDeps, request: MatchedRequest): Promise<Outcome> {
  const given = readTable(readCodeBody(deps, request), exchangeTable, 'refuse')
  const { session, token } = await exchangePortalSession(deps, request.contract, given)
  const { id, parentOrigins } = session
  if (modeOf(session) === 'embed') return outcome({ id, token: token.reveal(), parentOrigins })
  const cookies = [cookieOf(session, token, deps.now()), ...surplusCookies(request).map(endedCookie)]
  return { ...outcome({ id, token: null, parentOrigins }), cookies }
}

/** How many cookies of sessions a browser keeps, the new one among them: with too many, its requests are too large. */
const mostCookies = 20

/** The names of those that are too many, longest kept first: browsers send cookies in the order in which they got them. */
function surplusCookies({ cookies }: MatchedRequest): readonly string[] {
  const names = cookies.flatMap(cookie => cookiePattern.exec(cookie)?.[1] ?? [])
  return names.slice(0, Math.max(0, names.length + 1 - mostCookies))
}

function endedCookie(name: string): string {
  return `${name}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`
}

function cookieOf({ id, expiresAt }: PortalSession, token: Secret, now: Date): string {
  const seconds = Math.max(0, Math.floor((expiresAt.getTime() - now.getTime()) / 1000))
  return `${cookieNameOf(id)}=${token.reveal()}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${seconds}`
}

/**
 * The body of a request that only the page itself makes. A form of another site can send neither this type nor this origin.
 * @throws {Problem} `permission-denied`, `invalid-request`, `payload-too-large`
 */
function readCodeBody({ settings }: PortalSessionDeps, request: MatchedRequest) {
  const { headers } = request
  if (headerOf(headers, 'origin') !== settings.origin) {
    throw new Problem('permission-denied', 'Only the page of the portal itself may send a code.')
  }
  const body = readBody(request)
  if (/^application\/json(?:;|$)/i.test(headerOf(headers, 'content-type') ?? '')) return parseJsonObject(body)
  throw invalidField('Content-Type', 'must be application/json')
}

/** A session ends itself, or the API key of its tenant does. */
async function end(deps: PortalSessionDeps, request: PermittedRequest): Promise<Outcome> {
  const { tenantId, principal, parameters } = request
  const id = parameters['id'] ?? ''
  const isAllowed = principal.kind === 'api-key' || (principal.kind === 'portal' && principal.session.id === id)
  readBody(request)
  if (
    !isAllowed ||
    !portalSessionIdPattern.test(id) ||
    !(await deps.sessions.end(tenantId, id, endingBy(deps, principal)))
  ) {
    throw new Problem('not-found', 'There is no such portal session.')
  }
  return { ...outcome({}), cookies: [endedCookie(cookieNameOf(id))] }
}

async function endOfSubject(deps: PortalSessionDeps, request: PermittedRequest): Promise<Outcome> {
  readBody(request)
  const { tenantId, principal } = request
  await deps.sessions.endAll(tenantId, readSubject(request), endingBy(deps, principal))
  return outcome({})
}

/** Neither use admits a dashboard session. */
function endingBy({ now, randomBytes }: PortalSessionDeps, { kind, id }: Principal): PortalEnding {
  const by = { kind: kind === 'portal' ? kind : ('api-key' as const), id }
  return { id: newId('end', randomBytes), at: now(), by }
}
