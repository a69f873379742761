import type { Changes, Database, OneAtATime } from '../database'
import { AwsError } from '../wire'
import type { RotationRules } from './rotation'

/** One version of a secret. The id is the `ClientRequestToken` it came with. */
export interface SecretVersion {
  readonly id: string
  readonly createdAt: Date
  /** Staging labels such as AWSCURRENT; without any the version is deprecated. */
  readonly labels: readonly string[]
  /** Digest of the value, by which a repeated request is told from another one; null while there is no value yet. */
  readonly digest: string | null
  readonly kmsKeyId: string | null
}

/** How a secret rotates. */
export interface RotationState {
  readonly functionArn: string
  readonly rules: RotationRules | null
  readonly enabled: boolean
}

/** Everything about a secret but the values. */
export interface SecretState {
  readonly name: string
  readonly arn: string
  readonly description: string | null
  readonly kmsKeyId: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly policy: string | null
  /** Null: never configured. */
  readonly rotation: RotationState | null
  readonly lastRotatedAt: Date | null
  readonly createdAt: Date
  readonly changedAt: Date
  /** The end of the recovery window: from then on the secret is gone. Null unless it is scheduled for deletion. */
  readonly deletesAt: Date | null
  /** Oldest first. */
  readonly versions: readonly SecretVersion[]
}

export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string }

/** What a rule makes of a secret. */
export interface SecretChange {
  readonly secret: SecretState
  /** The value of the version that is new. */
  readonly value?: SecretValue & { readonly versionId: string }
  /** The secret goes at once, with its values. */
  readonly removed?: true
}

export interface SecretRange {
  /** Only names that start so. */
  readonly prefix: string
  /** Only names after this one in the direction of the listing. */
  readonly after: string | null
  readonly descending: boolean
}

/** The secrets of one region. A secret whose recovery window is over does not exist. */
export interface SecretStore {
  /** By name, ARN, or ARN without the suffix. @throws {AwsError} `ResourceNotFoundException` */
  find(secretId: string): Promise<SecretState>
  value(secret: SecretState, versionId: string): Promise<SecretValue | undefined>
  /** Runs the rule alone on its secret; resolves to the secret once the change is on the disk. @throws as `find` */
  change(secretId: string, rule: (secret: SecretState) => SecretChange): Promise<SecretState>
  /** The same by a name that may be new. */
  changeNamed(name: string, rule: (secret: SecretState | undefined) => SecretChange): Promise<SecretState>
  /** In the order of their names. */
  list(range: SecretRange): AsyncIterable<SecretState>
}

// Neither a region nor a name has a space, so the keys of two secrets never run into each other.
const secretKey = (region: string, name: string): string => `secret ${region} ${name}`
const valueKey = (region: string, name: string, versionId: string): string => `value ${region} ${name} ${versionId}`

export interface Stored {
  readonly database: Database
  readonly inTurn: OneAtATime
  readonly region: string
  readonly now: Date
}

/** The secrets in the database. `inTurn` is shared by all stores of one database. */
export function storedSecrets(stored: Stored): SecretStore {
  return {
    find: secretId => find(stored, secretId),
    value: async ({ name }, versionId) => {
      // Written below, from a `SecretValue`.
      return (await stored.database.get(valueKey(stored.region, name, versionId))) as SecretValue | undefined
    },
    change: async (secretId, rule) => {
      const { name } = await find(stored, secretId)
      return change(stored, name, secret => {
        if (secret === undefined || !means(secretId, secret)) throw notFound()
        return rule(secret)
      })
    },
    changeNamed: (name, rule) => change(stored, name, rule),
    list: range => list(stored, range),
  }
}

async function find(stored: Stored, secretId: string): Promise<SecretState> {
  for (const name of namesOf(secretId)) {
    const secret = live(await read(stored, name), stored.now)
    if (secret !== undefined && means(secretId, secret)) return secret
  }
  throw notFound()
}

async function read({ database, region }: Stored, name: string): Promise<SecretState | undefined> {
  const stored = await database.get(secretKey(region, name))
  // Written below, from a `SecretState`.
  return stored === undefined ? undefined : decodeSecret(stored as StoredSecret)
}

function live(secret: SecretState | undefined, now: Date): SecretState | undefined {
  return secret?.deletesAt && secret.deletesAt <= now ? undefined : secret
}

function change(
  stored: Stored,
  name: string,
  rule: (secret: SecretState | undefined) => SecretChange,
): Promise<SecretState> {
  return stored.inTurn(`${stored.region} ${name}`, async () => {
    const before = await read(stored, name)
    const changed = rule(live(before, stored.now))
    if (changed.secret !== before || changed.removed) await stored.database.write(writes(stored, before, changed))
    return changed.secret
  })
}

/** Values of versions that are no more go in the same write. */
function writes({ region }: Stored, before: SecretState | undefined, changed: SecretChange): Changes {
  const { secret, value, removed } = changed
  const kept = new Set(removed ? [] : secret.versions.map(version => version.id))
  const gone = (before?.versions ?? []).filter(version => !kept.has(version.id))
  const remove = gone.map(version => valueKey(region, secret.name, version.id))
  const key = secretKey(region, secret.name)
  if (removed) return { put: new Map(), remove: [key, ...remove] }
  const put = new Map<string, unknown>([[key, secret]])
  if (value !== undefined) {
    const { versionId, ...content } = value
    put.set(valueKey(region, secret.name, versionId), content)
  }
  return { put, remove }
}

async function* list(stored: Stored, { prefix, after, descending }: SecretRange): AsyncGenerator<SecretState> {
  const first = secretKey(stored.region, prefix)
  const last = `${first}\u{ffff}`
  const edge = after === null ? null : secretKey(stored.region, after)
  const range = descending ? { from: first, before: edge ?? last } : { from: edge ? `${edge}\0` : first, before: last }
  for await (const value of stored.database.values({ ...range, descending })) {
    const secret = live(decodeSecret(value as StoredSecret), stored.now)
    if (secret !== undefined) yield secret
  }
}

function notFound(): AwsError {
  return new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
}

type StoredForm<Type> = { readonly [Key in keyof Type]: StoredMember<Type[Key]> }
type StoredMember<Type> = Type extends Date ? string : Type extends readonly SecretVersion[] ? StoredVersion[] : Type
type StoredVersion = StoredForm<SecretVersion>

/** What JSON makes of a state: the times are ISO 8601 text. */
export type StoredSecret = StoredForm<SecretState>

/** Reads back what JSON kept of a state; what was kept before there were rotations has none. */
export function decodeSecret(stored: StoredSecret): SecretState {
  return {
    ...stored,
    createdAt: new Date(stored.createdAt),
    changedAt: new Date(stored.changedAt),
    rotation: stored.rotation ?? null,
    lastRotatedAt: stored.lastRotatedAt ? new Date(stored.lastRotatedAt) : null,
    deletesAt: stored.deletesAt === null ? null : new Date(stored.deletesAt),
    versions: stored.versions.map(version => ({ ...version, createdAt: new Date(version.createdAt) })),
  }
}

const account = '000000000000'
const arnOfName = /^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]+:secret:(.+)$/
const suffixLength = 7

/** The ARN of a new secret; `suffix` is six random letters and digits. */
export function arnOf(region: string, name: string, suffix: string): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`
}

/** The names that a `SecretId` may mean: a name, or an ARN with or without its suffix. */
export function namesOf(secretId: string): readonly string[] {
  const name = arnOfName.exec(secretId)?.[1]
  if (name === undefined) return [secretId]
  return name.length > suffixLength ? [name.slice(0, -suffixLength), name] : [name]
}

/** Whether a `SecretId` means this secret. */
export function means(secretId: string, { name, arn }: SecretState): boolean {
  return secretId === name || secretId === arn || secretId === arn.slice(0, -suffixLength)
}
/** @throws {AwsError} `InvalidRequestException` for a secret that is scheduled for deletion */
export function checkNotDeleted({ deletesAt }: SecretState): void {
  if (deletesAt === null) return
  throw new AwsError(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  )
}
