import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type AwsServer, startAwsServer } from '../../../../../local/aws-server/server'
import { refusalOf, token } from '../../../../support/suites/secrets-manager/calls'
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

describe('a KMS key that is not enabled', () => {
  const KeyId = 'alias/other'
  let aws: AwsServer
  let client: SecretsManagerClient
  let kms: KMSClient

  beforeEach(async () => {
    aws = await startAwsServer({ dataDir: null, port: 0 })
    client = new SecretsManagerClient(clientConfig(aws.url))
    kms = new KMSClient(clientConfig(aws.url))
    await client.send(new CreateSecretCommand({ Name: 'one', KmsKeyId: KeyId, SecretString: '1', ClientRequestToken }))
  })

  afterEach(async () => {
    client.destroy()
    kms.destroy()
    await aws.close()
  })

  const SecretId = 'one'
  const ClientRequestToken = token(1)
  const read = (VersionId?: string) => client.send(new GetSecretValueCommand({ SecretId, VersionId }))
  const put = (nth: number) =>
    client.send(new PutSecretValueCommand({ SecretId, SecretString: String(nth), ClientRequestToken: token(nth) }))
  const useKey = (KmsKeyId: string) => client.send(new UpdateSecretCommand({ SecretId, KmsKeyId }))

  it.each([
    ['disabled', () => kms.send(new DisableKeyCommand({ KeyId }))],
    ['pending deletion', () => kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }))],
  ])('and %s seals no value and opens none', async (_, end) => {
    await end()
    expect(await refusalOf(put(2))).toBe('EncryptionFailure')
    const value = { KmsKeyId: KeyId, SecretString: 's' }
    expect(await refusalOf(client.send(new CreateSecretCommand({ Name: 'two', ...value })))).toBe('EncryptionFailure')
    const update = new UpdateSecretCommand({ SecretId, SecretString: '2' })
    expect(await refusalOf(client.send(update))).toBe('EncryptionFailure')
    expect(await refusalOf(read())).toBe('DecryptionFailure')
    expect(await refusalOf(client.send(new DescribeSecretCommand({ SecretId: 'two' })))).toBe(
      'ResourceNotFoundException',
    )
    expect(await refusalOf(put(1))).toBe('none')
  })

  it('opens again once its deletion is cancelled and it is enabled', async () => {
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }))
    await kms.send(new CancelKeyDeletionCommand({ KeyId }))
    expect(await refusalOf(read())).toBe('DecryptionFailure')
    await kms.send(new EnableKeyCommand({ KeyId }))
    expect((await read()).SecretString).toBe('1')
  })

  it('stays that of a secret that is restored, until another is set: for the versions that come then', async () => {
    await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }))
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }))
    await client.send(new RestoreSecretCommand({ SecretId }))
    expect((await client.send(new DescribeSecretCommand({ SecretId }))).KmsKeyId).toBe(KeyId)
    expect(await refusalOf(put(2))).toBe('EncryptionFailure')
    await useKey('alias/another')
    await put(2)
    expect((await read()).SecretString).toBe('2')
    expect(await refusalOf(read(ClientRequestToken))).toBe('DecryptionFailure')
  })
})
