import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type AwsServer, startAwsServer } from '../../../../../local/aws-server/server'
import { refusalOf } from '../../../../support/suites/secrets-manager/calls'
import { clientConfig } from '../client-config'

// AWS: "The operation failed because of an invalid KMS key", of a key that Secrets Manager gets no data key from.

const known = 'alias/mirror'
let server: AwsServer
let secrets: SecretsManagerClient

beforeAll(async () => {
  server = await startAwsServer({ dataDir: null, port: 0, kmsKeyIds: [known] })
  secrets = new SecretsManagerClient(clientConfig(server.url))
})

afterAll(async () => {
  secrets.destroy()
  await server.close()
})

const create = (Name: string, KmsKeyId: string) =>
  secrets.send(new CreateSecretCommand({ Name, KmsKeyId, SecretString: 's' }))

describe('the KMS key of a secret', () => {
  it.each([
    ['its alias', known],
    ["its alias's ARN", `arn:aws:kms:eu-central-1:000000000000:${known}`],
    ['the alias of AWS’s own', 'alias/aws/secretsmanager'],
  ])('is taken by %s', async (_, keyId) => {
    const { Name = '' } = await create(keyId.replaceAll(':', '='), keyId)
    const described = await secrets.send(new DescribeSecretCommand({ SecretId: Name }))
    expect(described.KmsKeyId).toBe(keyId)
  })

  it('is taken by the ARN that KMS names it by', async () => {
    const kms = new KMSClient(clientConfig(server.url))
    const { KeyId = '' } = await kms.send(new EncryptCommand({ KeyId: known, Plaintext: Buffer.from('x') }))
    kms.destroy()
    expect(KeyId).toMatch(/^arn:aws:kms:/)
    expect(await refusalOf(create('by-arn', KeyId))).toBe('none')
  })

  it('is InvalidParameterException where there is no such key, and nothing is made or changed', async () => {
    const unknown = 'alias/does-not-exist'
    expect(await refusalOf(create('refused', unknown))).toBe('InvalidParameterException')
    const SecretId = 'refused'
    expect(await refusalOf(secrets.send(new DescribeSecretCommand({ SecretId })))).toBe('ResourceNotFoundException')
    await create(SecretId, known)
    const update = new UpdateSecretCommand({ SecretId, KmsKeyId: unknown })
    expect(await refusalOf(secrets.send(update))).toBe('InvalidParameterException')
    expect((await secrets.send(new DescribeSecretCommand({ SecretId }))).KmsKeyId).toBe(known)
  })
})
