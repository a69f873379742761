import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms'
import { Secret } from '../core/secret'
import type { SealContext, Sealer } from '../rotation/ports'

export interface KmsSealerOptions {
  readonly client: KMSClient
  /** The ring key: its id, ARN or alias. */
  readonly keyId: string
}

/** Seals with the ring key. The context is authenticated: with another one KMS does not decrypt. */
export function kmsSealer({ client, keyId }: KmsSealerOptions): Sealer {
  return {
    seal: async (secret, context) => {
      const { CiphertextBlob } = await client.send(
        new EncryptCommand({
          KeyId: keyId,
          Plaintext: Buffer.from(secret.reveal(), 'utf8'),
          EncryptionContext: encryptionContext(context),
        }),
      )
      if (CiphertextBlob === undefined) throw new Error('KMS answered without a ciphertext')
      return Buffer.from(CiphertextBlob).toString('base64')
    },
    open: async (sealed, context, signal) => {
      const { Plaintext } = await client.send(
        new DecryptCommand({
          KeyId: keyId,
          CiphertextBlob: Buffer.from(sealed, 'base64'),
          EncryptionContext: encryptionContext(context),
        }),
        signal === undefined ? {} : { abortSignal: signal },
      )
      if (Plaintext === undefined) throw new Error('KMS answered without a plaintext')
      return new Secret(Buffer.from(Plaintext).toString('utf8'))
    },
  }
}

function encryptionContext({ tenantId, endpointId, keyId }: SealContext): Record<string, string> {
  return { tenant: tenantId, endpoint: endpointId, key: keyId }
}
