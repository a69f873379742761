import { requireDate, requireText, wrong } from '../verify/arguments'

// The secrets that a request is tried with: texts, or the keys of a mirror's document.

/** A secret with what is known of it. Nothing but the text is needed. */
export interface GivenKey {
  readonly secret: string
  /** Public; findings name the key by it. */
  readonly id?: string | undefined
  readonly createdAt?: Date | undefined
  /** Null or absent: it does not end by itself. */
  readonly expiresAt?: Date | null | undefined
  /** The version of the secret that holds it. Absent: the one that receivers read. */
  readonly label?: VersionLabel | undefined
}

/** The labels by which Secrets Manager tells a secret's versions apart. */
export type VersionLabel = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS'

/** A key with how it is called in findings: by its id, or by its place. */
export interface NamedKey extends GivenKey {
  readonly name: string
}

/** @throws {TypeError} when they are no secrets */
export function namedKeys(given: string | readonly (string | GivenKey)[]): readonly NamedKey[] {
  const list: readonly (string | GivenKey)[] = typeof given === 'string' ? [given] : given
  if (!Array.isArray(given) && typeof given !== 'string') throw wrong('secrets', 'a text, or a list', given)
  return list.map((each, index) => {
    requireKey(`secrets[${index}]`, each)
    const key = typeof each === 'string' ? { secret: each } : each
    const place = list.length === 1 ? 'the secret' : `secret ${index + 1}`
    return { ...key, name: key.id !== undefined && isPublicId(key.id, key.secret) ? key.id : place }
  })
}

function requireKey(name: string, key: unknown): void {
  if (typeof key === 'string') return
  if (typeof key !== 'object' || key === null || Array.isArray(key))
    throw wrong(name, 'a text or a key { secret }', key)
  const { secret, id, createdAt, expiresAt } = key as Partial<Record<keyof GivenKey, unknown>>
  requireText(`${name}.secret`, secret)
  if (id !== undefined) requireText(`${name}.id`, id)
  if (createdAt !== undefined) requireDate(`${name}.createdAt`, createdAt)
  if (expiresAt !== undefined && expiresAt !== null) requireDate(`${name}.expiresAt`, expiresAt)
}

/** Ids come from a document that somebody else may have written: what is no id, or holds the secret, is not shown. */
function isPublicId(id: string, secret: string): boolean {
  return /^[\w.:-]{1,64}$/.test(id) && !id.includes(secret) && !secret.includes(id)
}

/** Whether receivers verify with the key at `now`: as `mirroredSecrets`, which reads no document of AWSPREVIOUS. */
export function isLive({ expiresAt, label }: GivenKey, now: Date): boolean {
  if (label === 'AWSPREVIOUS' || label === 'AWSPENDING') return false
  return !hasEnded({ expiresAt }, now)
}

export function hasEnded({ expiresAt }: Pick<GivenKey, 'expiresAt'>, now: Date): boolean {
  return expiresAt !== undefined && expiresAt !== null && !(now < expiresAt)
}

/**
 * The keys of a mirror: its document (`{signingSecret, keys: […]}`), a plain secret, or what `aws secretsmanager
 * get-secret-value` prints of either, with the version's label.
 * @throws {TypeError} when the text is JSON and has no keys. The message never holds the text.
 */
export function keysOfMirror(text: string): readonly GivenKey[] {
  requireText('the mirror', text)
  const object = jsonObject(text)
  if (object === null) return [{ secret: text }]
  if (typeof object.SecretString !== 'string') return keysOfDocument(object)
  const label = labelOf(object.VersionStages)
  const inner = jsonObject(object.SecretString)
  const keys = inner === null ? [{ secret: object.SecretString }] : keysOfDocument(inner)
  return label === undefined ? keys : keys.map(key => ({ ...key, label }))
}

function labelOf(stages: unknown): VersionLabel | undefined {
  const list: readonly unknown[] = Array.isArray(stages) ? stages : []
  return (['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'] as const).find(label => list.includes(label))
}

type JsonObject = Readonly<Record<string, unknown>>

function keysOfDocument({ keys }: JsonObject): readonly GivenKey[] {
  const found = Array.isArray(keys) ? keys.flatMap(keyOf) : []
  if (found.length > 0) return found
  throw new TypeError('the mirror has no keys: it must be {"signingSecret": …, "keys": [{"id", "secret", …}]}')
}

function keyOf(value: unknown): readonly GivenKey[] {
  if (!isObject(value) || typeof value.secret !== 'string') return []
  const { id, secret, createdAt, expiresAt } = value
  return [
    {
      secret,
      id: typeof id === 'string' ? id : undefined,
      createdAt: dateOf(createdAt),
      // As receivers take it: an end that cannot be read is over.
      expiresAt: expiresAt === null || expiresAt === undefined ? null : (dateOf(expiresAt) ?? new Date(0)),
    },
  ]
}

function dateOf(value: unknown): Date | undefined {
  const at = typeof value === 'string' ? new Date(value) : undefined
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at
}

export function jsonObject(text: string): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    return isObject(parsed) ? parsed : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
