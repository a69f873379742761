import type { ApiKeyEvent, EventBus } from '../rotation/ports'
import type { ApiKey } from './api-key'
import { endingOf, type Happening, makingOf } from './tenant-record'

// What becomes of API keys is told on the bus alike, whether it was asked for over HTTP or by the command.

export interface Telling {
  readonly events: EventBus<ApiKeyEvent>
  readonly signal: AbortSignal
}

/** Tells that the API key was made. Repeatable. @throws when any event was not taken */
export async function tellOfMaking(telling: Telling, apiKey: ApiKey): Promise<void> {
  await tell(telling, eventsOf(apiKey, makingOf(apiKey)))
}

/** Tells that the API key has ended, if it has. Repeatable. @throws when any event was not taken */
export async function tellOfEnding(telling: Telling, apiKey: ApiKey): Promise<void> {
  await tell(telling, eventsOf(apiKey, endingOf(apiKey)))
}

async function tell({ events, signal }: Telling, told: readonly ApiKeyEvent[]): Promise<void> {
  if (told.length > 0) await events.publish(told, signal)
}

const typeOf = { 'create-api-key': 'api-key.created', 'revoke-api-key': 'api-key.revoked' } as const

/** One for each tenant that the API key names, or one where it is for all. */
function eventsOf(apiKey: ApiKey, what: Happening | null): readonly ApiKeyEvent[] {
  if (what === null) return []
  const { id: apiKeyId, contract, permissions, expiresAt } = apiKey
  const { id, kind, at, actor } = what
  const about = { apiKeyId, contract, permissions, expiresAt, at, actor, reason: null }
  if (apiKey.allTenants) return [{ type: typeOf[kind], id, tenantId: null, ...about }]
  return apiKey.tenantIds.map(tenantId => ({ type: typeOf[kind], id: `${id}-${tenantId}`, tenantId, ...about }))
}
