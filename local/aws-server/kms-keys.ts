import { randomBytes, randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { replaceFile } from '../../scripts/files'
import { readStored } from '../stored-json'

// Which KMS keys there are, and how they are kept. What is done with them is in `kms.ts`.

/** One symmetric KMS key. */
export interface KmsKey {
  /** A UUID. */
  readonly id: string
  /** The id or alias that it was first used by. */
  readonly name: string
  /** 32 bytes in base64. */
  readonly material: string
  /** Absent: it is enabled. */
  readonly disabled?: true
  /** When it is gone, in ISO 8601. Absent: its deletion is not scheduled. */
  readonly deletesAt?: string
}

export type KmsKeyState = 'Enabled' | 'Disabled' | 'PendingDeletion'

export function stateOf({ disabled, deletesAt }: KmsKey): KmsKeyState {
  if (deletesAt !== undefined) return 'PendingDeletion'
  return disabled === true ? 'Disabled' : 'Enabled'
}

/** By id, alias, or the ARN of either. */
export interface KmsKeys {
  /** Whether there is such a key, used or not. */
  exists(keyId: string): boolean
  /** Whether it can seal and open: one that was not used yet can. */
  isEnabled(keyId: string): boolean
  /** One that has been used. */
  find(keyId: string): KmsKey | undefined
  /** The same, made (and on the disk) before it is used for the first time; undefined where no such key may exist. */
  forEncrypt(keyId: string): KmsKey | undefined
  /** Keeps the key in another state, on the disk once this returns. */
  replace(key: KmsKey): void
}

export interface KmsKeysOptions {
  /** Of mode 0600; null keeps the keys in memory. */
  readonly file: string | null
  /** The ids and aliases of the keys that exist; null means that every one does. */
  readonly known: readonly string[] | null
  readonly now: () => Date
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The keys that the file holds, and those that are made from now on. @throws {OperatorError} when the file is damaged */
export function kmsKeys({ file, known, now }: KmsKeysOptions): KmsKeys {
  let keys: readonly KmsKey[] = file === null ? [] : readKeys(file)
  const keep = (changed: readonly KmsKey[]): void => {
    if (file !== null) replaceFile(file, JSON.stringify(changed))
    keys = changed
  }
  const isThere = ({ deletesAt }: KmsKey): boolean => deletesAt === undefined || new Date(deletesAt) > now()
  const named = (name: string): KmsKey | undefined =>
    keys.find(key => (key.id === name || key.name === name) && isThere(key))
  const isGone = (name: string): boolean => keys.some(key => key.id === name && !isThere(key))
  const allowed = (name: string): boolean => (known === null || known.includes(name)) && !isGone(name)
  const create = (name: string): KmsKey => {
    const id = uuid.test(name) ? name : randomUUID()
    const key = { id, name, material: randomBytes(32).toString('base64') }
    keep([...keys, key])
    return key
  }
  return {
    exists: keyId => allowed(nameOf(keyId)) || named(nameOf(keyId)) !== undefined,
    isEnabled: keyId => {
      const key = named(nameOf(keyId))
      return key === undefined ? allowed(nameOf(keyId)) : stateOf(key) === 'Enabled'
    },
    find: keyId => named(nameOf(keyId)),
    forEncrypt: keyId => {
      const name = nameOf(keyId)
      return named(name) ?? (allowed(name) ? create(name) : undefined)
    },
    replace: changed => keep(keys.map(key => (key.id === changed.id ? changed : key))),
  }
}

/** The id or alias that a `KeyId` means: itself, or the last part of an ARN. */
function nameOf(keyId: string): string {
  const [, id, alias] = /^arn:aws:kms:[a-z0-9-]+:[0-9]+:(?:key\/(.+)|(alias\/.+))$/.exec(keyId) ?? []
  return id ?? alias ?? keyId
}

const storedKeys = v.array(
  v.object({
    id: v.string(),
    name: v.string(),
    material: v.pipe(v.string(), v.base64()),
    disabled: v.exactOptional(v.literal(true)),
    deletesAt: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
  }),
)

function readKeys(file: string): KmsKey[] {
  const remedy = 'what its keys sealed cannot be opened without it: restore it, or begin anew with --fresh'
  return readStored({ file, schema: storedKeys, remedy }) ?? []
}
