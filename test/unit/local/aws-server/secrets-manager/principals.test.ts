import { CreateSecretCommand, PutResourcePolicyCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type AwsServer, startAwsServer } from '../../../../../local/aws-server/server'
import { refusalOf } from '../../../../support/suites/secrets-manager/calls'
import { clientConfig } from '../client-config'

// AWS: "This resource policy contains an unsupported principal", of a role or user that does not exist.

const role = 'arn:aws:iam::111111111111:role/path/reader'
const user = 'arn:aws:iam::111111111111:user/ann'
let server: AwsServer
let secrets: SecretsManagerClient

beforeAll(async () => {
  server = await startAwsServer({ dataDir: null, port: 0, principals: [role, user] })
  secrets = new SecretsManagerClient(clientConfig(server.url))
  await secrets.send(new CreateSecretCommand({ Name: 'shared', SecretString: 's' }))
})

afterAll(async () => {
  secrets.destroy()
  await server.close()
})

function put(...AWS: readonly string[]): Promise<string> {
  const Statement = [{ Effect: 'Allow', Principal: { AWS }, Action: 'secretsmanager:GetSecretValue', Resource: '*' }]
  const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement })
  return refusalOf(secrets.send(new PutResourcePolicyCommand({ SecretId: 'shared', ResourcePolicy })))
}

describe('a principal of a resource policy', () => {
  it('is taken where it exists, and where it is an account, of which nobody knows', async () => {
    expect(await put(role, user, '222222222222', 'arn:aws:iam::333333333333:root')).toBe('none')
  })

  it.each(['arn:aws:iam::111111111111:role/reader', 'arn:aws-cn:iam::111111111111:user/bob'])(
    'is refused with the whole policy where it is %s, which does not exist',
    async stranger => {
      expect(await put(role, stranger)).toBe('MalformedPolicyDocumentException')
    },
  )
})
