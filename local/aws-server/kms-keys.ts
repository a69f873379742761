import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { readStored } from '../stored-json'
import { replaceFile } from '../../scripts/files'

/** One symmetric KMS key. */
export interface KmsKey {
  /** A UUID. */
  readonly id: string
  /** The id or alias it was first used by. */
  readonly name: string
  /** 32 bytes in base64. */
  readonly material: string
}

/** By id, alias, or the ARN of either. */
export interface KmsKeys {
  /** Whether there is such a key, be it that it has been used or not. */
  exists(keyId: string): boolean
  /** One that has been used. */
  find(keyId: string): KmsKey | undefined
  /** The same, made (and on the disk) before it is used for the first time; undefined where no such key may exist. */
  forEncrypt(keyId: string): KmsKey | undefined
}

export interface KmsKeysOptions {
  /** Of mode 0600; null keeps the keys in memory. */
  readonly file: string | null
  /** The ids and aliases of the keys that exist; null means that every one does. */
  readonly known: readonly string[] | null
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const schema = v.array(v.object({ id: v.string(), name: v.string(), material: v.pipe(v.string(), v.base64()) }))

/** @throws {StartError} when the file is damaged */
export function kmsKeys({ file, known }: KmsKeysOptions): KmsKeys {
  const keys = file === null ? [] : readKeys(file)
  const named = (name: string): KmsKey | undefined => keys.find(key => key.id === name || key.name === name)
  const allowed = (name: string): boolean => known === null || known.includes(name)
  const create = (name: string): KmsKey => {
    const id = uuid.test(name) ? name : randomUUID()
    const key = { id, name, material: randomBytes(32).toString('base64') }
    if (file !== null) replaceFile(file, JSON.stringify([...keys, key]))
    keys.push(key)
    return key
  }
  return {
    exists: keyId => allowed(kmsKeyName(keyId)) || named(kmsKeyName(keyId)) !== undefined,
    find: keyId => named(kmsKeyName(keyId)),
    forEncrypt: keyId => {
      const name = kmsKeyName(keyId)
      return named(name) ?? (allowed(name) ? create(name) : undefined)
    },
  }
}

function readKeys(file: string): KmsKey[] {
  const remedy = 'what its keys sealed cannot be opened without it: restore it, or begin anew with --fresh'
  return readStored({ file, schema, remedy }) ?? []
}

// A ciphertext: format byte, key id (16 bytes), nonce (12), tag (16), encrypted text. AES-256-GCM authenticates the
// format, the key id and the encryption context with it.
const format = Buffer.from([1])
const algorithm = 'aes-256-gcm'
const nonceAt = 17
const tagAt = 29
const textAt = 45

export type EncryptionContext = Readonly<Record<string, string>>

export interface SealingKey {
  /** A UUID. */
  readonly id: string
  readonly material: string
}

export function encryptText(key: SealingKey, plaintext: Buffer, context: EncryptionContext): Buffer {
  const header = Buffer.concat([format, Buffer.from(key.id.replaceAll('-', ''), 'hex')])
  const nonce = randomBytes(tagAt - nonceAt)
  const cipher = createCipheriv(algorithm, Buffer.from(key.material, 'base64'), nonce)
  cipher.setAAD(Buffer.concat([header, canonical(context)]))
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([header, nonce, cipher.getAuthTag(), text])
}

/** The id of the key that a ciphertext names; undefined where it is none of ours. */
export function keyIdOf(ciphertext: Buffer): string | undefined {
  if (ciphertext.length <= textAt || !ciphertext.subarray(0, 1).equals(format)) return undefined
  const hex = ciphertext.subarray(1, nonceAt).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** The plaintext; undefined when the ciphertext, the context or the key is not the one it was made with. */
export function decryptText(key: SealingKey, ciphertext: Buffer, context: EncryptionContext): Buffer | undefined {
  const decipher = createDecipheriv(
    algorithm,
    Buffer.from(key.material, 'base64'),
    ciphertext.subarray(nonceAt, tagAt),
    { authTagLength: textAt - tagAt },
  )
  decipher.setAAD(Buffer.concat([ciphertext.subarray(0, nonceAt), canonical(context)]))
  decipher.setAuthTag(ciphertext.subarray(tagAt, textAt))
  const text = decipher.update(ciphertext.subarray(textAt))
  try {
    return Buffer.concat([text, decipher.final()])
  } catch {
    return undefined
  }
}

/** The same bytes for the same entries in any order. */
function canonical(context: EncryptionContext): Buffer {
  const entries = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1))
  return Buffer.from(JSON.stringify(entries))
}
/** The id or alias that a `KeyId` means: itself, or the last part of an ARN. */
export function kmsKeyName(keyId: string): string {
  const [, id, alias] = /^arn:aws:kms:[a-z0-9-]+:[0-9]+:(?:key\/(.+)|(alias\/.+))$/.exec(keyId) ?? []
  return id ?? alias ?? keyId
}
