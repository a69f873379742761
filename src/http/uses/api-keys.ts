import { type ApiKey, stateOf } from '../../access/api-key'
import {
  endCredentials,
  findTenantApiKey,
  listTenantApiKeys,
  makeTenantApiKey,
  type ManageApiKeysDeps,
  revokeTenantApiKey,
} from '../../access/manage-api-keys'
import { parseTenantId } from '../../contracts/ids'
import type { ItemFields } from '../../contracts/reply-fields'
import { Problem } from '../../core/problem'
import { readApiKeyBody } from '../body/api-key'
import { parseJsonObject, readBody } from '../body/json'
import { readApiKeyRange } from '../query'
import { type Outcome, outcome, type Value } from '../reply'
import type { PlatformRequest, Uses } from '../request'

/** API keys of a platform's customers, made and ended by an API key for all tenants. None of it opens a secret. */
export function apiKeyUses(deps: ManageApiKeysDeps): Uses {
  return {
    'create-api-key': { credential: 'fresh', perform: request => create(deps, request) },
    'list-api-keys': { credential: 'cached', perform: request => list(deps, request) },
    'revoke-api-key': { credential: 'fresh', perform: request => revoke(deps, request) },
    'end-credentials': { credential: 'fresh', perform: request => endAll(deps, request) },
  }
}

/** The one reply that has the API key's text. A repeat makes another one. */
async function create(deps: ManageApiKeysDeps, request: PlatformRequest): Promise<Outcome> {
  const { contract, principal: maker } = request
  const body = readApiKeyBody(parseJsonObject(readBody(request)), contract)
  const { stored, text } = await makeTenantApiKey(deps, { contract, maker, ...body })
  return outcome({ apiKey: text.reveal(), ...apiKeyValues(stored, deps.now()) })
}

/** API keys that name their tenants, ended ones too, in the order of their ids. */
async function list(deps: ManageApiKeysDeps, request: PlatformRequest): Promise<Outcome> {
  readBody(request)
  const { page, nextCursor } = readApiKeyRange(request)
  const { items, next } = await listTenantApiKeys(deps, request.contract, page)
  const now = deps.now()
  return outcome({ apiKeys: items.map(each => apiKeyValues(each, now)), nextCursor: nextCursor(next) })
}

async function revoke(deps: ManageApiKeysDeps, request: PlatformRequest): Promise<Outcome> {
  const { contract, principal: by, parameters } = request
  const found = await findTenantApiKey(deps, contract, parameters['id'] ?? '')
  readBody(request)
  await revokeTenantApiKey(deps, found, by)
  return outcome({})
}

/** @throws {Problem} `not-found` for what can be no tenant's id; a tenant that has no API key is as good as any */
async function endAll(deps: ManageApiKeysDeps, request: PlatformRequest): Promise<Outcome> {
  const { contract, principal: by, parameters } = request
  const tenantId = parseTenantId(contract.tenant, parameters['id'] ?? '')
  if (tenantId === null) throw new Problem('not-found', 'There is no such tenant.')
  readBody(request)
  const { endedApiKeyIds, leftApiKeys } = await endCredentials(deps, { contract, by, tenantId })
  const now = deps.now()
  return outcome({ endedApiKeyIds, leftApiKeys: leftApiKeys.map(each => apiKeyValues(each, now)) })
}

function apiKeyValues(apiKey: ApiKey, now: Date): Record<ItemFields['apiKeys'], Value> {
  const { id, name, contract, tenantIds, permissions, createdAt, createdBy, expiresAt, revokedAt, lastUsedAt } = apiKey
  const shown = { id, name, contract, tenantIds, permissions, createdAt, expiresAt, revokedAt, lastUsedAt }
  const maker = createdBy && { kind: createdBy.kind, id: createdBy.id }
  return { ...shown, apiKeyState: stateOf(apiKey, now), createdBy: maker }
}
