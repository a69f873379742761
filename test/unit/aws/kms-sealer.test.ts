import { DecryptCommand } from '@aws-sdk/client-kms'
import { describe, expect, it } from '@jest/globals'
import { startAwsServer } from '../../../local/aws-server/server'
import { kmsClient } from '../../../src/aws/clients'
import { kmsSealer } from '../../../src/aws/kms-sealer'
import { Secret } from '../../../src/core/secret'
import { sealContext, sealerSuite } from '../../support/suites/sealer'
import { closeAfterEach } from './close-after-each'
import { clientOptions } from './embedded-aws'

const keyId = 'alias/ring'

async function start() {
  const server = await startAwsServer({ dataDir: null, port: 0 })
  const client = kmsClient(clientOptions(server.url))
  const close = async (): Promise<void> => {
    client.destroy()
    await server.close()
  }
  return { client, sealer: kmsSealer({ client, keyId }), close }
}

describe('kmsSealer', () => {
  sealerSuite(start)
})

describe('a seal', () => {
  const closing = closeAfterEach()

  it('is bound to tenant, endpoint and key under these very names, and shows nothing of the secret', async () => {
    const { client, sealer } = closing(await start())
    const sealed = await sealer.seal(new Secret('whsec_c2VjcmV0'), sealContext)
    const opened = await client.send(
      new DecryptCommand({
        CiphertextBlob: Buffer.from(sealed, 'base64'),
        EncryptionContext: { tenant: 'org_1', endpoint: 'ep_1', key: 'key_1' },
      }),
    )
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('whsec_c2VjcmV0')
    expect(Buffer.from(sealed, 'base64').includes('whsec_')).toBe(false)
  })

  it('does not open when it is damaged', async () => {
    const { sealer } = closing(await start())
    const bytes = Buffer.from(await sealer.seal(new Secret('whsec_c2VjcmV0'), sealContext), 'base64')
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
    const opened = sealer.open(bytes.toString('base64'), sealContext)
    await expect(opened).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
  })
})
