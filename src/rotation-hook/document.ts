import * as v from 'valibot'
import { choosesSecret, type Contract, type Span } from '../contracts/contract'
import { secondRotationOf } from '../contracts/defaults'
import { mayBeEndless, overlapOfRequest } from '../contracts/overlap'
import { addSeconds } from '../core/instant'
import { Secret } from '../core/secret'
import type { HookDeps, SecretVersion, VendorRotation } from './ports'
import { faultOfKept, type KeptSecretFault } from './secret-fault'

/**
 * Where the receiver chooses the secret, the vendor signs with the new one alone once it has it. What was sent before is
 * still on its way then, and the vendor may have to be asked for a while: so long receivers go on accepting the key
 * before, unless they say otherwise.
 */
export const defaultGraceSeconds = 60 * 60

interface Next {
  readonly rotated: VendorRotation
  readonly current: SecretVersion
  /** Versions whose newest key the vendor may have for a while, though they were never current. None by default. */
  readonly given?: readonly SecretVersion[]
  /** The id of the version that is being made. */
  readonly token: string
  readonly now: Date
}

type Settings = Pick<HookDeps, 'contract' | 'endpointId' | 'tenantId' | 'overlapSeconds' | 'log'>

/**
 * What is stored: the mirror's document, which receivers read like any mirror. The keys before are in it for as long as
 * the vendor signs with them: its reply says so, or else its contract. What cannot have been the vendor's is dropped.
 */
export function nextDocument(settings: Settings, next: Next): Secret {
  const { rotated, current, given = [], token, now } = next
  const { keys, version, unreadable } = parseStoredKeys(current)
  if (unreadable > 0) logDropped(settings, { code: 'secret-malformed', count: unreadable })
  const signingSecret = rotated.secret.reveal()
  const createdAt = (rotated.rotatedAt ?? now).toISOString()
  const newest = { id: rotated.keyId ?? token, secret: signingSecret, createdAt, expiresAt: null }
  const older = keys.filter(key => key.secret !== signingSecret)
  const ends = endOfPrevious(settings, rotated, now)
  const before = [...alsoGiven(settings, given, now), ...retiring(settings, older, { ends, now })]
  const document: StoredDocument = {
    endpointId: settings.endpointId,
    tenantId: rotated.tenantId ?? settings.tenantId,
    version: rotated.version ?? version + 1,
    signingSecret,
    keys: [newest, ...before.filter(key => isKept(settings, key))],
  }
  return new Secret(JSON.stringify(document))
}

function isKept(settings: Settings, { secret }: StoredKey): boolean {
  const code = faultOfKept(settings.contract, secret)
  if (code !== null) logDropped(settings, { code, count: 1 })
  return code === null
}

function logDropped(
  { contract, log }: Settings,
  why: { readonly code: KeptSecretFault; readonly count: number },
): void {
  log.info('a key before is not kept', { contract: contract.name, ...why })
}

/** Also where nothing else is kept: these were never current, so they are no secrets that somebody wants to end. */
function alsoGiven({ overlapSeconds }: Settings, given: readonly SecretVersion[], now: Date): readonly StoredKey[] {
  const expiresAt = addSeconds(now, Math.max(overlapSeconds ?? 0, defaultGraceSeconds)).toISOString()
  return given.flatMap(version => parseStoredKeys(version).keys.slice(0, 1)).map(key => ({ ...key, expiresAt }))
}

/** The bare secrets that a version holds. */
export function secretsIn(version: SecretVersion): readonly string[] {
  return parseStoredKeys(version).keys.map(key => key.secret)
}

/** When a key ends; null: it has ended. */
type End = Date | 'never' | null

/**
 * When the key before ends. The reply's word counts, and the log says where the rule has another; that it shows no end
 * means either, as the contract says.
 */
function endOfPrevious(settings: Settings, rotated: VendorRotation, now: Date): End {
  const { contract, log } = settings
  const byRule = endByRule(settings, rotated, now)
  if (rotated.previousExpiresAt === undefined) return byRule
  const said = rotated.previousExpiresAt ?? (byRule === 'never' ? byRule : null)
  if (!agree(settings, said, { byRule, isExact: rotated.rotatedAt !== null })) {
    const code = 'previous-end-differs' satisfies PreviousEndCode
    log.info('the reply and the rule say different ends of the key before', { contract: contract.name, code })
  }
  return said
}

/** Stable, as all codes. */
export type PreviousEndCode = 'previous-end-differs'

/** The vendor's clock and the way of its reply. */
const slackMilliseconds = 60_000

/** A replay tells the end of the rotation that it replays, which may have been a while ago. */
function agree(
  { contract: { vendorReplays } }: Settings,
  said: End,
  { byRule, isExact }: { readonly byRule: End; readonly isExact: boolean },
): boolean {
  if (!(said instanceof Date && byRule instanceof Date)) return said === byRule
  const later = said.getTime() - byRule.getTime()
  return later <= slackMilliseconds && (later >= -slackMilliseconds || (vendorReplays === true && !isExact))
}

function endByRule({ contract, overlapSeconds }: Settings, rotated: VendorRotation, now: Date): End {
  const byVendor = overlapOfRequest(contract, overlapSeconds)
  const span = choosesSecret(contract) ? (overlapSeconds ?? withGrace(byVendor)) : byVendor
  if (span === 'endless') return 'never'
  return span === 0 ? null : addSeconds(rotated.rotatedAt ?? now, span)
}

function withGrace(span: Span): Span {
  return span === 'endless' ? span : Math.max(span, defaultGraceSeconds)
}

function retiring(
  { contract }: Settings,
  [previous, ...others]: readonly StoredKey[],
  { ends, now }: { readonly ends: End; readonly now: Date },
): readonly StoredKey[] {
  const rule = secondRotationOf(contract)
  const isKept = rule.kind === 'keep' || choosesSecret(contract)
  const kept = isKept ? others.filter(key => isKeptAt(contract, key, now)) : []
  if (ends === null) return rule.kind === 'keep' && rule.immediateEnds === 'current' ? kept : []
  if (previous === undefined) return []
  // One that ends by itself is not the key before, which was unreadable: it keeps its own end.
  if (previous.expiresAt !== null) return endsAfter(previous, now) ? [previous, ...kept] : kept
  return [{ ...previous, expiresAt: ends === 'never' ? null : ends.toISOString() }, ...kept]
}

/** Whether an older key still works. One without an end was kept by a vendor that gives it none. */
function isKeptAt(contract: Contract, key: StoredKey, now: Date): boolean {
  return key.expiresAt === null ? mayBeEndless(contract) : endsAfter(key, now)
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
  keys: v.array(v.unknown()),
})

export type StoredKey = v.InferOutput<typeof key>
/** The mirror's document. */
export type StoredDocument = Omit<v.InferOutput<typeof schema>, 'keys'> & { readonly keys: readonly StoredKey[] }

interface StoredKeys extends Pick<StoredDocument, 'keys' | 'version'> {
  /** How many entries of the document are no keys. */
  readonly unreadable: number
}

/**
 * The keys of a version, newest first: those of the mirror's document that are well-formed, or a plain text as the only
 * one. Other JSON, such as what was put there before the first rotation, holds none.
 */
export function parseStoredKeys({ versionId, text, createdAt }: SecretVersion): StoredKeys {
  const value = jsonOf(text.reveal())
  if (value === undefined || typeof value !== 'object') {
    const only = { id: versionId, secret: text.reveal(), createdAt: createdAt.toISOString(), expiresAt: null }
    return { version: 1, keys: [only], unreadable: 0 }
  }
  const parsed = v.safeParse(schema, value)
  if (!parsed.success) return { version: 0, keys: [], unreadable: 0 }
  const { version, keys } = parsed.output
  const readable = keys.filter(found => v.is(key, found))
  return { version, keys: readable, unreadable: keys.length - readable.length }
}

/** A byte order mark before it is ignored, as parsers may (RFC 8259, section 8.1). */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
