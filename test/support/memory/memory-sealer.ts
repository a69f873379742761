import { Secret } from '../../../src/core/secret'
import type { SealContext, Sealer } from '../../../src/rotation/ports'

/** A model of KMS: a reversible text that opens under its own context only. It needs no state and hides nothing. */
export function memorySealer(): Sealer {
  return {
    seal: async (secret, context) => encode(`${boundTo(context)}${secret.reveal()}`),
    open: async (sealed, context, signal) => {
      signal?.throwIfAborted()
      const text = Buffer.from(sealed, 'base64').toString('utf8')
      const bound = boundTo(context)
      if (!text.startsWith(bound))
        throw Object.assign(new Error('another context'), { name: 'InvalidCiphertextException' })
      return new Secret(text.slice(bound.length))
    },
  }
}

function boundTo({ tenantId, endpointId, keyId }: SealContext): string {
  return `${JSON.stringify([tenantId, endpointId, keyId])}\n`
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
