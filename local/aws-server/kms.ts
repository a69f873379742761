import * as v from 'valibot'
import { decryptText, encryptText, keyIdOf, type KmsKey, type KmsKeys } from './kms-keys'
import { type AwsCall, AwsError, type AwsService, parseInput, unknownOperation } from './wire'

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
const decryptInput = v.object({
  KeyId: v.optional(keyId),
  CiphertextBlob: v.pipe(bytes, v.minLength(1), v.maxLength(6144)),
  EncryptionContext: context,
})

/** `Encrypt` and `Decrypt` of AWS KMS, with symmetric keys. */
export function kms(keys: KmsKeys): AwsService {
  return async call => {
    if (call.operation === 'Encrypt') return encrypt(keys, call)
    if (call.operation === 'Decrypt') return decrypt(keys, call)
    throw unknownOperation()
  }
}

function encrypt(keys: KmsKeys, { region, input }: AwsCall): object {
  const { KeyId, Plaintext, EncryptionContext } = parseInput(encryptInput, input)
  const key = keys.forEncrypt(KeyId)
  if (key === undefined) throw unknownKey(KeyId)
  return {
    CiphertextBlob: encryptText(key, Plaintext, EncryptionContext).toString('base64'),
    ...keyMembers(key, region),
  }
}

function decrypt(keys: KmsKeys, { region, input }: AwsCall): object {
  const { KeyId, CiphertextBlob, EncryptionContext } = parseInput(decryptInput, input)
  const wanted = KeyId === undefined ? undefined : keys.find(KeyId)
  if (KeyId !== undefined && wanted === undefined) throw unknownKey(KeyId)
  const key = keys.find(keyIdOf(CiphertextBlob) ?? '')
  if (key === undefined) throw invalidCiphertext()
  if (wanted !== undefined && wanted !== key) throw incorrectKey()
  const plaintext = decryptText(key, CiphertextBlob, EncryptionContext)
  if (plaintext === undefined) throw invalidCiphertext()
  return { Plaintext: plaintext.toString('base64'), ...keyMembers(key, region) }
}

function keyMembers({ id }: KmsKey, region: string): object {
  return { KeyId: `arn:aws:kms:${region}:000000000000:key/${id}`, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
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
