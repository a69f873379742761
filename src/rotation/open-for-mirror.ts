import type { Endpoint } from '../endpoints/endpoint'
import type { RotationDeps } from './deps'
import type { Key } from './key-ring'
import { openKey, type OpenedKeys } from './open-keys'
import type { Secret } from './secret'

const openMilliseconds = 1000

/** The keys that the mirror will show beside a new one, opened ahead. What cannot be opened is left to settling. */
export async function openForMirror(deps: RotationDeps, endpoint: Endpoint, keys: readonly Key[]): Promise<OpenedKeys> {
  const opened = new Map<string, Secret>()
  if (endpoint.settings.mirror === 'off' || keys.length === 0) return opened
  const signal = deps.timeout(openMilliseconds)
  const outcomes = await Promise.allSettled(
    keys.map(async key => opened.set(key.id, await openKey(deps, endpoint, key, signal))),
  )
  const failed = outcomes.filter(outcome => outcome.status === 'rejected').length
  if (failed > 0) deps.log.error('keys could not be opened for the mirror', { endpointId: endpoint.id, keys: failed })
  return opened
}
