import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { startAwsEndpoint } from '../../../src/local/aws-endpoint/endpoint'
import { secretsManagerRules } from '../../support/suites/secrets-manager-rules'
import { clientConfig } from './client-config'

secretsManagerRules(async now => {
  const endpoint = await startAwsEndpoint({ dataDir: null, port: 0, now })
  const client = new SecretsManagerClient(clientConfig(endpoint.url))
  return {
    client,
    close: async () => {
      client.destroy()
      await endpoint.close()
    },
  }
})
