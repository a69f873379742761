import type { Change, Endpoint } from '../endpoints/endpoint'
import type { MirrorState } from '../mirror/mirror-state'
import { addSeconds } from './instant'
import type { Secret } from './secret'

/** A secret on its way into a reply. */
export interface Revealed {
  readonly endpoint: Endpoint
  readonly secret: Secret
  readonly keyId: string
  readonly version: number
  readonly rotatedAt: Date
  /** When the key before ends; null: there is none that still lives. */
  readonly previousExpiresAt: Date | null
  readonly mirror: MirrorState
  /** An earlier request with the same idempotency key made the change. */
  readonly replayed: boolean
}

/** What a reply shows of the change that made the key, as it was promised then. */
export function shownChange(change: Change): Pick<Revealed, 'keyId' | 'version' | 'rotatedAt' | 'previousExpiresAt'> {
  const overlaps = change.version > 1 && change.overlapSeconds > 0
  return {
    keyId: change.keyId,
    version: change.version,
    rotatedAt: change.at,
    previousExpiresAt: overlaps ? addSeconds(change.at, change.overlapSeconds) : null,
  }
}
