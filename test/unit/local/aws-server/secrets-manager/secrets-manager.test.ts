import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAwsServer } from '../../../../../local/aws-server/server'
import { secretsManagerRules } from '../../../../support/suites/secrets-manager-rules'
import { clientConfig } from '../client-config'

// On the disk, where a read takes long enough for two changes to meet.
secretsManagerRules(async now => {
  const dataDir = await mkdtemp(join(tmpdir(), 'secrets-manager-'))
  const server = await startAwsServer({ dataDir, port: 0, now })
  const client = new SecretsManagerClient(clientConfig(server.url))
  return {
    client,
    close: async () => {
      client.destroy()
      await server.close()
      await rm(dataDir, { recursive: true })
    },
  }
})
