import type { Contract } from '../contracts/contract'
import { inLanes } from '../core/concurrency'
import { newId } from '../core/id'
import { addSeconds } from '../core/instant'
import { type Log, scrubbedError } from '../core/log'
import { Problem } from '../core/problem'
import type { ApiKeyEvent, EventBus } from '../rotation/ports'
import {
  type ApiKey,
  apiKeyIdPattern,
  type ApiKeyPage,
  type ApiKeyRange,
  type ApiKeyStore,
  type Maker,
  stateOf,
} from './api-key'
import type { ApiKeyPrincipal } from './authenticate'
import type { PortalSessionStore } from './portal-session'
import { createApiKey, type NewApiKey } from './create-api-key'
import { type Telling, tellOfEnding, tellOfMaking } from './tell-of-api-keys'

// A platform makes and ends its customers' API keys over HTTP, with an API key for all tenants. Those for all tenants are
// neither made nor seen nor ended here: they are the command's, which needs IAM.

export interface ManageApiKeysDeps {
  readonly apiKeys: Pick<ApiKeyStore, 'create' | 'load' | 'listOfTenants' | 'revoke'>
  readonly portalSessions: Pick<PortalSessionStore, 'endAll'>
  readonly events: EventBus<ApiKeyEvent>
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal
  readonly log: Log
}

export interface TenantApiKeyRequest {
  readonly contract: Contract
  readonly maker: ApiKeyPrincipal
  readonly name: string
  readonly tenantIds: readonly string[]
  readonly permissions: readonly string[]
  readonly expiresAt: Date
}

/** How long an API key can live whose maker never expires: a year. */
export const longestLifeSeconds = 366 * 24 * 60 * 60
const tellMilliseconds = 2000
const retrySeconds = 5
const lanes = 10
const pageSize = 100

/** The latest expiry of what an API key makes: its own, or a year from now where it has none. */
export function latestExpiry({ expiresAt }: Pick<ApiKeyPrincipal, 'expiresAt'>, now: Date): Date {
  return expiresAt ?? addSeconds(now, longestLifeSeconds)
}

/**
 * A new API key for named tenants, which can do nothing that its maker cannot, and does not outlive it. What it is once its
 * maker is revoked: it stays, listed with its maker.
 * @throws {Problem} `permission-denied`, `invalid-request`, `unavailable` where nobody could be told of it
 */
export async function makeTenantApiKey(deps: ManageApiKeysDeps, request: TenantApiKeyRequest): Promise<NewApiKey> {
  const { maker, contract, name, tenantIds, permissions, expiresAt } = request
  const lacking = permissions.find(permission => !maker.permissions.includes(permission))
  if (lacking !== undefined) {
    throw new Problem('permission-denied', `The API key lacks the permission ${lacking}, so it cannot give it.`)
  }
  assertExpiry(maker, expiresAt, deps.now())
  const createdBy = makerOf(maker)
  const scope = { contract, name, tenantIds, permissions, plan: null, expiresAt, createdBy }
  const made = await createApiKey(deps.apiKeys, deps, scope)
  await tellOrEnd(deps, made.stored, createdBy)
  return made
}

function assertExpiry(maker: ApiKeyPrincipal, expiresAt: Date, now: Date): void {
  const latest = latestExpiry(maker, now)
  if (now < expiresAt && expiresAt <= latest) return
  const whose = maker.expiresAt === null ? 'a year ahead' : 'when the API key that makes it expires'
  const message = now < expiresAt ? `must be ${latest.toISOString()} at the latest, ${whose}` : 'must be in the future'
  throw new Problem('invalid-request', `expiresAt ${message}.`, { errors: [{ path: 'expiresAt', message }] })
}

function makerOf({ id }: ApiKeyPrincipal): Maker {
  return { kind: 'api-key', id }
}

/** No API key is shown of which nobody was told. */
async function tellOrEnd(deps: ManageApiKeysDeps, apiKey: ApiKey, by: Maker): Promise<void> {
  try {
    await tellOfMaking(telling(deps), apiKey)
  } catch (error) {
    await deps.apiKeys.revoke(apiKey.id, { at: deps.now(), by })
    deps.log.error('an API key was ended again, since nobody could be told of it', scrubbedError(error))
    throw notTold('The API key was not made', error)
  }
}

function notTold(what: string, cause: unknown): Problem {
  const detail = `${what}, since the event bus takes nothing at the moment. Repeat the request.`
  return new Problem('unavailable', detail, { retryAfterSeconds: retrySeconds, cause })
}

function telling({ events, timeout }: ManageApiKeysDeps): Telling {
  return { events, signal: timeout(tellMilliseconds) }
}

/** The API keys that the contract lets its callers see: its own, or those of every contract. */
function isSeen({ name, reach }: Contract, apiKey: ApiKey): boolean {
  return !apiKey.allTenants && (reach === 'every' || apiKey.contract === name)
}

/** A page of the API keys of named tenants. Where a contract sees its own alone, a page can be short and still have a next. */
export async function listTenantApiKeys(
  { apiKeys }: Pick<ManageApiKeysDeps, 'apiKeys'>,
  contract: Contract,
  range: ApiKeyRange,
): Promise<ApiKeyPage> {
  const { items, next } = await apiKeys.listOfTenants(range)
  return { items: items.filter(apiKey => isSeen(contract, apiKey)), next }
}

/**
 * The API key with this public id.
 * @throws {Problem} `not-found`, the same for an id that is malformed, unknown, or that of an API key for all tenants
 */
export async function findTenantApiKey(
  { apiKeys }: Pick<ManageApiKeysDeps, 'apiKeys'>,
  contract: Contract,
  id: string,
): Promise<ApiKey> {
  const found = apiKeyIdPattern.test(id) ? await apiKeys.load(id) : null
  if (found !== null && isSeen(contract, found)) return found
  throw new Problem('not-found', 'There is no such API key.')
}

/** Ends an API key. Repeatable. @throws {Problem} `unavailable` where it has ended and nobody could be told */
export function revokeTenantApiKey(deps: ManageApiKeysDeps, apiKey: ApiKey, by: ApiKeyPrincipal): Promise<void> {
  return endAndTell(deps, apiKey, makerOf(by))
}

/** An earlier ending is told again, also one by the command: its caller may have been told that it was not. */
async function endAndTell(deps: ManageApiKeysDeps, { id }: ApiKey, by: Maker): Promise<void> {
  const ended = await deps.apiKeys.revoke(id, { at: deps.now(), by })
  if (ended === null) return
  try {
    await tellOfEnding(telling(deps), ended)
  } catch (error) {
    throw notTold('The API key has ended, and this could not be told', error)
  }
}

export interface EndCredentialsRequest {
  readonly contract: Contract
  readonly by: ApiKeyPrincipal
  readonly tenantId: string
}

export interface EndedCredentials {
  /** Public ids of the API keys that this call has ended. */
  readonly endedApiKeyIds: readonly string[]
  /** API keys that work on, since they name other tenants too. */
  readonly leftApiKeys: readonly ApiKey[]
}

/**
 * Ends every portal session of this tenant, and every API key that names it and no other. Repeatable: a call that could not do all goes on where the one
 * before ended.
 * @throws {Problem} `unavailable` where some have ended and nobody could be told
 */
export async function endCredentials(
  deps: ManageApiKeysDeps,
  { contract, by, tenantId }: EndCredentialsRequest,
): Promise<EndedCredentials> {
  const ending = { id: newId('end', deps.randomBytes), at: deps.now(), by: { kind: 'api-key', id: by.id } } as const
  await deps.portalSessions.endAll(tenantId, null, ending)
  const named = (await allOf(deps, tenantId)).filter(apiKey => isSeen(contract, apiKey))
  const [own, shared] = [named.filter(isOfOne), named.filter(apiKey => !isOfOne(apiKey))]
  const live = own.filter(({ revokedAt }) => revokedAt === null)
  const untold = own.filter(apiKey => wasJustEnded(apiKey, deps.now()))
  const outcomes = await inLanes(lanes, [...live, ...untold], async apiKey => {
    const [outcome] = await Promise.allSettled([endAndTell(deps, apiKey, makerOf(by))])
    return outcome
  })
  const failed = outcomes.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  const leftApiKeys = shared.filter(apiKey => stateOf(apiKey, deps.now()) === 'active')
  return { endedApiKeyIds: live.map(({ id }) => id), leftApiKeys }
}

function isOfOne({ tenantIds }: ApiKey): boolean {
  return tenantIds.length === 1
}

const repeatSeconds = 60 * 60

/** Whether an earlier call may have ended it without telling. */
function wasJustEnded({ revokedAt }: ApiKey, now: Date): boolean {
  return revokedAt !== null && now < addSeconds(revokedAt, repeatSeconds)
}

async function allOf({ apiKeys }: Pick<ManageApiKeysDeps, 'apiKeys'>, tenantId: string): Promise<readonly ApiKey[]> {
  const found: ApiKey[] = []
  for (let after: string | null = null; ;) {
    const page: ApiKeyPage = await apiKeys.listOfTenants({ tenantId, after, limit: pageSize })
    found.push(...page.items)
    if (page.next === null) return found
    after = page.next
  }
}
