import * as v from 'valibot'
import { addSeconds } from '../core/instant'
import { Secret } from '../core/secret'
import type { HookDeps, SecretVersion, VendorRotation } from './ports'

interface Next {
  readonly rotated: VendorRotation
  readonly current: SecretVersion
  /** The id of the version that is being made. */
  readonly token: string
  readonly now: Date
}

type Settings = Pick<HookDeps, 'contract' | 'endpointId' | 'tenantId' | 'overlapSeconds'>

/**
 * What is stored: the mirror's document, which receivers read like any mirror. The keys before are in it for as long as
 * the vendor signs with them: its reply says so, or else its contract.
 */
export function nextDocument(settings: Settings, { rotated, current, token, now }: Next): Secret {
  const { keys, version } = parseStoredKeys(current)
  const signingSecret = rotated.secret.reveal()
  const createdAt = (rotated.rotatedAt ?? now).toISOString()
  const newest = { id: rotated.keyId ?? token, secret: signingSecret, createdAt, expiresAt: null }
  const older = keys.filter(key => key.secret !== signingSecret)
  const document: StoredDocument = {
    endpointId: settings.endpointId,
    tenantId: rotated.tenantId ?? settings.tenantId,
    version: rotated.version ?? version + 1,
    signingSecret,
    keys: [newest, ...retiring(settings, older, { ends: endOfPrevious(settings, rotated, now), now })],
  }
  return new Secret(JSON.stringify(document))
}

/** The bare secrets that a version holds. */
export function secretsIn(version: SecretVersion): readonly string[] {
  return parseStoredKeys(version).keys.map(key => key.secret)
}

/** When the key before ends; null: it has ended. */
function endOfPrevious({ contract, overlapSeconds }: Settings, rotated: VendorRotation, now: Date): Date | null {
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
  { contract }: Settings,
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

const key = v.object({
  id: v.string(),
  secret: v.pipe(v.string(), v.nonEmpty()),
  createdAt: v.string(),
  expiresAt: v.nullable(v.string()),
})
const schema = v.object({
  endpointId: v.string(),
  tenantId: v.string(),
  version: v.number(),
  signingSecret: v.string(),
  keys: v.array(key),
})

export type StoredKey = v.InferOutput<typeof key>
/** The mirror's document. */
export type StoredDocument = v.InferOutput<typeof schema>

/**
 * The keys of a version, newest first: those of the mirror's document, or a plain text as the only one. Other JSON, such
 * as what was put there before the first rotation, holds none.
 */
export function parseStoredKeys({
  versionId,
  text,
  createdAt,
}: SecretVersion): Pick<StoredDocument, 'keys' | 'version'> {
  const value = jsonOf(text.reveal())
  if (value === undefined || typeof value !== 'object') {
    const only = { id: versionId, secret: text.reveal(), createdAt: createdAt.toISOString(), expiresAt: null }
    return { version: 1, keys: [only] }
  }
  const parsed = v.safeParse(schema, value)
  return parsed.success ? parsed.output : { version: 0, keys: [] }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
