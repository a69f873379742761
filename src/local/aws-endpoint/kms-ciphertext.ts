import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

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
