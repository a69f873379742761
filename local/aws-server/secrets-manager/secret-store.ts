import type { Changes, Database, OneAtATime } from '../database'
import { AwsError } from '../wire'
import { means, namesOf, type SecretState, type SecretValue, type SecretVersion } from './secret'

// How secrets are kept: one record for the state of a secret, and one for the value of each version.

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

// Neither a region nor a name has a space, so the addresses of two secrets never run into each other.
const stateAddress = (region: string, name: string): string => `secret ${region} ${name}`
const valueAddress = (region: string, name: string, versionId: string): string => `value ${region} ${name} ${versionId}`

interface StoreOptions {
  readonly database: Database
  /** Shared by all stores of one database. */
  readonly inTurn: OneAtATime
  readonly region: string
  readonly now: Date
}

/** The secrets in the database. */
export function secretStore(options: StoreOptions): SecretStore {
  return {
    find: secretId => find(options, secretId),
    value: async ({ name }, versionId) => {
      // Written below, from a `SecretValue`.
      return (await options.database.get(valueAddress(options.region, name, versionId))) as SecretValue | undefined
    },
    change: async (secretId, rule) => {
      const { name } = await find(options, secretId)
      return change(options, name, secret => {
        if (secret === undefined || !means(secretId, secret)) throw notFound()
        return rule(secret)
      })
    },
    changeNamed: (name, rule) => change(options, name, rule),
    list: range => list(options, range),
  }
}

async function find(options: StoreOptions, secretId: string): Promise<SecretState> {
  for (const name of namesOf(secretId)) {
    const secret = unlessGone(await read(options, name), options.now)
    if (secret !== undefined && means(secretId, secret)) return secret
  }
  throw notFound()
}

function notFound(): AwsError {
  return new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
}

/** Undefined for a secret whose recovery window is over. */
function unlessGone(secret: SecretState | undefined, now: Date): SecretState | undefined {
  return secret?.deletesAt && secret.deletesAt <= now ? undefined : secret
}

async function read({ database, region }: StoreOptions, name: string): Promise<SecretState | undefined> {
  const stored = await database.get(stateAddress(region, name))
  // Written below, from a `SecretState`.
  return stored === undefined ? undefined : decode(stored as StoredSecret)
}

function change(
  options: StoreOptions,
  name: string,
  rule: (secret: SecretState | undefined) => SecretChange,
): Promise<SecretState> {
  return options.inTurn(`${options.region} ${name}`, async () => {
    const before = await read(options, name)
    const changed = rule(unlessGone(before, options.now))
    if (changed.secret !== before || changed.removed) await options.database.write(writes(options, before, changed))
    return changed.secret
  })
}

/** Values of versions that no longer exist go in the same write. */
function writes({ region }: StoreOptions, before: SecretState | undefined, changed: SecretChange): Changes {
  const { secret, value, removed } = changed
  const kept = new Set(removed ? [] : secret.versions.map(version => version.id))
  const gone = (before?.versions ?? []).filter(version => !kept.has(version.id))
  const remove = gone.map(version => valueAddress(region, secret.name, version.id))
  const key = stateAddress(region, secret.name)
  if (removed) return { put: new Map(), remove: [key, ...remove] }
  const put = new Map<string, unknown>([[key, secret]])
  if (value !== undefined) {
    const { versionId, ...content } = value
    put.set(valueAddress(region, secret.name, versionId), content)
  }
  return { put, remove }
}

async function* list(options: StoreOptions, { prefix, after, descending }: SecretRange): AsyncGenerator<SecretState> {
  const first = stateAddress(options.region, prefix)
  const last = `${first}\u{ffff}`
  const edge = after === null ? null : stateAddress(options.region, after)
  const range = descending ? { from: first, before: edge ?? last } : { from: edge ? `${edge}\0` : first, before: last }
  for await (const value of options.database.values({ ...range, descending })) {
    // Written above, from a `SecretState`.
    const secret = unlessGone(decode(value as StoredSecret), options.now)
    if (secret !== undefined) yield secret
  }
}

/** What JSON makes of a state: the times are ISO 8601 text. */
type StoredSecret = AsJson<SecretState>
type AsJson<Type> = { readonly [Key in keyof Type]: MemberAsJson<Type[Key]> }
type MemberAsJson<Type> = Type extends Date
  ? string
  : Type extends readonly SecretVersion[]
    ? readonly AsJson<SecretVersion>[]
    : Type

/** The state again. One that was stored before there were rotations has none. */
function decode(stored: StoredSecret): SecretState {
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
