import { Secret } from '../rotation/secret'
import { addSeconds } from '../rotation/instant'
import type { HookDeps } from './deps'
import { parseStoredKeys, type StoredDocument, type StoredKey } from './stored-keys'
import type { OwnVersion } from './own-secret'
import type { Rotated } from './vendor'

interface Next {
  readonly rotated: Rotated
  readonly current: OwnVersion
  /** The id of the version that is being made. */
  readonly token: string
  readonly now: Date
}

type Naming = Pick<HookDeps, 'contract' | 'endpointId' | 'tenantId' | 'overlapSeconds'>

/**
 * What is stored: the mirror's document, which receivers read like any mirror. The keys before are in it for as long as
 * the vendor signs with them: its reply says so, or else its contract.
 */
export function nextDocument(naming: Naming, { rotated, current, token, now }: Next): Secret {
  const { keys, version } = parseStoredKeys(current)
  const signingSecret = rotated.secret.reveal()
  const createdAt = (rotated.rotatedAt ?? now).toISOString()
  const newest = { id: rotated.keyId ?? token, secret: signingSecret, createdAt, expiresAt: null }
  const older = keys.filter(key => key.secret !== signingSecret)
  const document: StoredDocument = {
    endpointId: naming.endpointId,
    tenantId: rotated.tenantId ?? naming.tenantId,
    version: rotated.version ?? version + 1,
    signingSecret,
    keys: [newest, ...retiring(naming, older, { ends: endOfPrevious(naming, rotated, now), now })],
  }
  return new Secret(JSON.stringify(document))
}

/** The bare secrets that a version holds. */
export function secretsIn(version: OwnVersion): readonly string[] {
  return parseStoredKeys(version).keys.map(key => key.secret)
}

/** When the key before ends; null: it has ended. */
function endOfPrevious({ contract, overlapSeconds }: Naming, rotated: Rotated, now: Date): Date | null {
  if (rotated.previousExpiresAt !== undefined) return rotated.previousExpiresAt
  const { overlap } = contract
  const seconds =
    overlap.kind === 'none'
      ? 0
      : overlap.kind === 'fixed'
        ? overlap.seconds
        : (overlapSeconds ?? overlap.defaultSeconds)
  return seconds === 0 ? null : addSeconds(rotated.rotatedAt ?? now, seconds)
}

function retiring(
  { contract }: Naming,
  [previous, ...others]: readonly StoredKey[],
  { ends, now }: { readonly ends: Date | null; readonly now: Date },
): readonly StoredKey[] {
  if (previous === undefined || ends === null) return []
  const kept = contract.secondRotation.kind === 'keep' ? others.filter(key => endsAfter(key, now)) : []
  return [{ ...previous, expiresAt: ends.toISOString() }, ...kept]
}

function endsAfter({ expiresAt }: StoredKey, now: Date): boolean {
  return expiresAt !== null && Date.parse(expiresAt) > now.getTime()
}
