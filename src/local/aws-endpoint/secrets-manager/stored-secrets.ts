import { AwsError } from '../aws-error'
import type { Changes, Database } from '../database'
import type { OneAtATime } from '../one-at-a-time'
import { decodeSecret } from './secret-codec'
import type { StoredSecret } from './secret-codec'
import { means, namesOf } from './secret-id'
import type { SecretState, SecretValue } from './secret-state'
import type { SecretChange, SecretRange, SecretStore } from './secret-store'

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
