import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import * as v from 'valibot'
import type { KmsKey, KmsKeys } from './kms-keys'
import { accountId, AwsError, type AwsRequest, type AwsService, parseInput, unknownOperation } from './wire'

/** `Encrypt` and `Decrypt` of AWS KMS, with symmetric keys. */
export function kms(keys: KmsKeys): AwsService {
  return async request => {
    if (request.operation === 'Encrypt') return encrypt(keys, request)
    if (request.operation === 'Decrypt') return decrypt(keys, request)
    throw unknownOperation()
  }
}

const keyId = v.pipe(v.string(), v.minLength(1), v.maxLength(2048))
const bytes = v.pipe(
  v.string(),
  v.base64(),
  v.transform(text => Buffer.from(text, 'base64')),
)
const context = v.optional(v.record(v.string(), v.string()), {})
const encryptInput = v.object({
  KeyId: keyId,
  Plaintext: v.pipe(bytes, v.minLength(1), v.maxLength(4096)),
  EncryptionContext: context,
})

function encrypt(keys: KmsKeys, { region, input }: AwsRequest): object {
  const { KeyId, Plaintext, EncryptionContext } = parseInput(encryptInput, input)
  const key = keys.forEncrypt(KeyId)
  if (key === undefined) throw unknownKey(KeyId)
  const ciphertext = encryptBytes(key, Plaintext, EncryptionContext)
  return { CiphertextBlob: ciphertext.toString('base64'), ...keyMembers(key, region) }
}

const decryptInput = v.object({
  KeyId: v.optional(keyId),
  CiphertextBlob: v.pipe(bytes, v.minLength(1), v.maxLength(6144)),
  EncryptionContext: context,
})

function decrypt(keys: KmsKeys, { region, input }: AwsRequest): object {
  const { KeyId, CiphertextBlob, EncryptionContext } = parseInput(decryptInput, input)
  const wanted = KeyId === undefined ? undefined : keys.find(KeyId)
  if (KeyId !== undefined && wanted === undefined) throw unknownKey(KeyId)
  const key = keys.find(keyIdOf(CiphertextBlob) ?? '')
  if (key === undefined) throw invalidCiphertext()
  if (wanted !== undefined && wanted !== key) throw incorrectKey()
  const plaintext = decryptBytes(key, CiphertextBlob, EncryptionContext)
  if (plaintext === undefined) throw invalidCiphertext()
  return { Plaintext: plaintext.toString('base64'), ...keyMembers(key, region) }
}

function keyMembers({ id }: KmsKey, region: string): object {
  return { KeyId: `arn:aws:kms:${region}:${accountId}:key/${id}`, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
}

function unknownKey(keyId: string): AwsError {
  return new AwsError('NotFoundException', `Key '${keyId}' does not exist`)
}

function incorrectKey(): AwsError {
  const message = 'The key ID in the request does not identify a CMK that can perform this operation.'
  return new AwsError('IncorrectKeyException', message)
}

function invalidCiphertext(): AwsError {
  const message = 'The ciphertext is damaged, or was made with another key or encryption context.'
  return new AwsError('InvalidCiphertextException', message)
}

// A ciphertext: format byte, key id (16 bytes), nonce (12), tag (16), encrypted bytes. AES-256-GCM authenticates the
// format, the key id and the encryption context with it.
const format = Buffer.from([1])
const algorithm = 'aes-256-gcm'
const nonceAt = 17
const tagAt = 29
const bytesAt = 45

type EncryptionContext = Readonly<Record<string, string>>

function encryptBytes(key: KmsKey, plaintext: Buffer, context: EncryptionContext): Buffer {
  const header = Buffer.concat([format, Buffer.from(key.id.replaceAll('-', ''), 'hex')])
  const nonce = randomBytes(tagAt - nonceAt)
  const cipher = createCipheriv(algorithm, Buffer.from(key.material, 'base64'), nonce)
  cipher.setAAD(Buffer.concat([header, canonical(context)]))
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([header, nonce, cipher.getAuthTag(), encrypted])
}

/** The id of the key that a ciphertext names; undefined where it is none of ours. */
function keyIdOf(ciphertext: Buffer): string | undefined {
  if (ciphertext.length <= bytesAt || !ciphertext.subarray(0, 1).equals(format)) return undefined
  const hex = ciphertext.subarray(1, nonceAt).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** The plaintext; undefined when the ciphertext, the context or the key is not the one it was made with. */
function decryptBytes(key: KmsKey, ciphertext: Buffer, context: EncryptionContext): Buffer | undefined {
  const material = Buffer.from(key.material, 'base64')
  const nonce = ciphertext.subarray(nonceAt, tagAt)
  const decipher = createDecipheriv(algorithm, material, nonce, { authTagLength: bytesAt - tagAt })
  decipher.setAAD(Buffer.concat([ciphertext.subarray(0, nonceAt), canonical(context)]))
  decipher.setAuthTag(ciphertext.subarray(tagAt, bytesAt))
  const decrypted = decipher.update(ciphertext.subarray(bytesAt))
  try {
    return Buffer.concat([decrypted, decipher.final()])
  } catch {
    return undefined
  }
}

/** The same bytes for the same entries in any order. */
function canonical(context: EncryptionContext): Buffer {
  const entries = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1))
  return Buffer.from(JSON.stringify(entries))
}
