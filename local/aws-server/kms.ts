import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { type KmsKey, type KmsKeys, stateOf } from './kms-keys'
import { accountId, AwsError, type AwsRequest, type AwsService, parseInput, unknownOperation } from './wire'

/** Symmetric keys of AWS KMS: what they seal and open, and their way from enabled to deleted. */
export function kms(keys: KmsKeys, now: () => Date): AwsService {
  return async request => {
    const run = operations.get(request.operation)
    if (run === undefined) throw unknownOperation()
    return run({ keys, now: now() }, request)
  }
}

interface KmsContext {
  readonly keys: KmsKeys
  readonly now: Date
}

type KmsOperation = (context: KmsContext, request: AwsRequest) => object

const operations: ReadonlyMap<string, KmsOperation> = new Map<string, KmsOperation>([
  ['Encrypt', encrypt],
  ['Decrypt', decrypt],
  ['DescribeKey', describeKey],
  ['DisableKey', (context, request) => enable(context, request, { disabled: true })],
  ['EnableKey', (context, request) => enable(context, request, {})],
  ['ScheduleKeyDeletion', scheduleKeyDeletion],
  ['CancelKeyDeletion', cancelKeyDeletion],
])

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

function encrypt({ keys }: KmsContext, { region, input }: AwsRequest): object {
  const { KeyId, Plaintext, EncryptionContext } = parseInput(encryptInput, input)
  const key = keys.forEncrypt(KeyId)
  if (key === undefined) throw unknownKey(KeyId)
  checkEnabled(key, region)
  const ciphertext = encryptBytes(key, Plaintext, EncryptionContext)
  return { CiphertextBlob: ciphertext.toString('base64'), ...keyMembers(key, region) }
}

const decryptInput = v.object({
  KeyId: v.optional(keyId),
  CiphertextBlob: v.pipe(bytes, v.minLength(1), v.maxLength(6144)),
  EncryptionContext: context,
})

function decrypt({ keys }: KmsContext, { region, input }: AwsRequest): object {
  const { KeyId, CiphertextBlob, EncryptionContext } = parseInput(decryptInput, input)
  const wanted = KeyId === undefined ? undefined : keys.find(KeyId)
  if (KeyId !== undefined && wanted === undefined) throw unknownKey(KeyId)
  const key = keys.find(keyIdOf(CiphertextBlob) ?? '')
  if (key === undefined) throw invalidCiphertext()
  if (wanted !== undefined && wanted !== key) throw incorrectKey()
  checkEnabled(key, region)
  const plaintext = decryptBytes(key, CiphertextBlob, EncryptionContext)
  if (plaintext === undefined) throw invalidCiphertext()
  return { Plaintext: plaintext.toString('base64'), ...keyMembers(key, region) }
}

function keyMembers(key: KmsKey, region: string): object {
  return { KeyId: arnOf(key, region), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
}

function arnOf({ id }: KmsKey, region: string): string {
  return `arn:aws:kms:${region}:${accountId}:key/${id}`
}

/** @throws {AwsError} for a key that neither seals nor opens */
function checkEnabled(key: KmsKey, region: string): void {
  const state = stateOf(key)
  if (state === 'Disabled') throw new AwsError('DisabledException', `${arnOf(key, region)} is disabled.`)
  if (state === 'PendingDeletion') throw pendingDeletion(key, region)
}

function pendingDeletion(key: KmsKey, region: string): AwsError {
  return new AwsError('KMSInvalidStateException', `${arnOf(key, region)} is pending deletion.`)
}

const keyInput = v.object({ KeyId: keyId })

/** One that may exist is made by being asked for. @throws {AwsError} `NotFoundException` */
function keyOf(keys: KmsKeys, { input }: AwsRequest): KmsKey {
  const { KeyId } = parseInput(keyInput, input)
  const key = keys.forEncrypt(KeyId)
  if (key === undefined) throw unknownKey(KeyId)
  return key
}

function describeKey({ keys }: KmsContext, request: AwsRequest): object {
  const key = keyOf(keys, request)
  const state = stateOf(key)
  return {
    KeyMetadata: {
      KeyId: key.id,
      Arn: arnOf(key, request.region),
      AWSAccountId: accountId,
      Enabled: state === 'Enabled',
      KeyState: state,
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      ...(key.deletesAt === undefined ? {} : { DeletionDate: new Date(key.deletesAt) }),
    },
  }
}

/** @throws {AwsError} `KMSInvalidStateException` for a key that is to be deleted */
function enable({ keys }: KmsContext, request: AwsRequest, state: Pick<KmsKey, 'disabled'>): object {
  const key = keyOf(keys, request)
  if (key.deletesAt !== undefined) throw pendingDeletion(key, request.region)
  const { id, name, material } = key
  keys.replace({ id, name, material, ...state })
  return {}
}

const deletionInput = v.object({
  ...keyInput.entries,
  PendingWindowInDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(7), v.maxValue(30)), 30),
})

const dayMilliseconds = 24 * 60 * 60 * 1000

/** From now on the key neither seals nor opens; after the waiting period it is gone. */
function scheduleKeyDeletion({ keys, now }: KmsContext, request: AwsRequest): object {
  const { PendingWindowInDays } = parseInput(deletionInput, request.input)
  const key = keyOf(keys, request)
  if (key.deletesAt !== undefined) throw pendingDeletion(key, request.region)
  const DeletionDate = new Date(now.getTime() + PendingWindowInDays * dayMilliseconds)
  keys.replace({ ...key, deletesAt: DeletionDate.toISOString() })
  return { KeyId: arnOf(key, request.region), DeletionDate, KeyState: 'PendingDeletion', PendingWindowInDays }
}

/** AWS leaves a key whose deletion was cancelled disabled. */
function cancelKeyDeletion({ keys }: KmsContext, request: AwsRequest): object {
  const { id, name, material, deletesAt } = keyOf(keys, request)
  const key: KmsKey = { id, name, material, disabled: true }
  const KeyId = arnOf(key, request.region)
  if (deletesAt === undefined) throw new AwsError('KMSInvalidStateException', `${KeyId} is not pending deletion.`)
  keys.replace(key)
  return { KeyId }
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
