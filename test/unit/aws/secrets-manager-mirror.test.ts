import { DisableKeyCommand, EnableKeyCommand, type KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import {
  CreateSecretCommand,
  DecryptionFailure,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  PutResourcePolicyCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from '@jest/globals'
import { isDeepStrictEqual } from 'node:util'
import { startAwsServer } from '../../../local/aws-server/server'
import { kmsClient, secretsManagerClient } from '../../../src/aws/clients'
import { secretsManagerMirror } from '../../../src/aws/secrets-manager-mirror'
import { Secret } from '../../../src/core/secret'
import { mirrorSuite, type ReadVersion, type RunningMirror, versionId } from '../../support/suites/mirror'
import { unhurried } from '../../support/suites/signals'
import { closeAfterEach } from './close-after-each'
import { clientOptions } from './embedded-aws'
import { type AwsReply, startScriptedAws } from './scripted-aws'

const readers = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::000000000000:role/reader' },
  Action: 'secretsmanager:GetSecretValue',
  Resource: '*',
}
const tags = { keyturn: 'mirror' }

async function start(): Promise<RunningMirror & { readonly client: SecretsManagerClient; readonly kms: KMSClient }> {
  const server = await startAwsServer({ dataDir: null, port: 0 })
  const client = secretsManagerClient(clientOptions(server.url))
  const kms = kmsClient(clientOptions(server.url))
  return {
    client,
    kms,
    mirror: secretsManagerMirror({ client, kmsKeyId: 'alias/mirror', tags }),
    read: (name, label) => read(client, name, label),
    attachPolicy: async name => {
      const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [readers] })
      await client.send(new PutResourcePolicyCommand({ SecretId: name, ResourcePolicy }))
    },
    hasPolicy: async name => {
      const { ResourcePolicy } = await client.send(new GetResourcePolicyCommand({ SecretId: name }))
      return ResourcePolicy !== undefined
    },
    squat: name => squat(client, name),
    endOtherKey: async () => {
      await kms.send(new ScheduleKeyDeletionCommand({ KeyId: 'alias/theirs' }))
    },
    isOurs: async name => {
      const { KmsKeyId, Tags } = await client.send(new DescribeSecretCommand({ SecretId: name }))
      return KmsKeyId === 'alias/mirror' && isDeepStrictEqual(Tags, [{ Key: 'keyturn', Value: 'mirror' }])
    },
    close: async () => {
      client.destroy()
      kms.destroy()
      await server.close()
    },
  }
}

async function squat(client: SecretsManagerClient, name: string): Promise<void> {
  const Tags = [{ Key: 'team', Value: 'squatters' }]
  await client.send(new CreateSecretCommand({ Name: name, SecretString: 'theirs', KmsKeyId: 'alias/theirs', Tags }))
  const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [readers] })
  await client.send(new PutResourcePolicyCommand({ SecretId: name, ResourcePolicy }))
}

async function read(client: SecretsManagerClient, name: string, label: string): Promise<ReadVersion | null> {
  try {
    const got = await client.send(new GetSecretValueCommand({ SecretId: name, VersionStage: label }))
    return { versionId: got.VersionId ?? '', document: got.SecretString ?? '' }
  } catch (error) {
    const isExpected = [ResourceNotFoundException, InvalidRequestException, DecryptionFailure].some(
      kind => error instanceof kind,
    )
    if (isExpected) return null
    throw error
  }
}

describe('secretsManagerMirror', () => {
  mirrorSuite(start)
})

describe('a mirror', () => {
  const closing = closeAfterEach()
  const version = { name: 'keyturn/test/org_1/ep_1', versionId: versionId(1), document: new Secret('{}') }

  it('has the mirror key and the tags, and 7 days to be restored', async () => {
    const { client, mirror } = closing(await start())
    const before = Date.now()
    await mirror.create(version, unhurried)
    await mirror.scheduleDeletion(version.name, unhurried)
    const described = await client.send(new DescribeSecretCommand({ SecretId: version.name }))
    expect(described.KmsKeyId).toBe('alias/mirror')
    expect(described.Tags).toEqual([{ Key: 'keyturn', Value: 'mirror' }])
    const days = ((described.DeletedDate?.getTime() ?? 0) - before) / (24 * 60 * 60 * 1000)
    expect(Math.round(days * 100) / 100).toBe(7)
  })

  it('is refused a value by its name where the KMS key of the stage itself is disabled', async () => {
    const { client, mirror, kms } = closing(await start())
    await mirror.create(version, unhurried)
    await kms.send(new DisableKeyCommand({ KeyId: 'alias/mirror' }))
    const next = { ...version, versionId: versionId(2) }
    await expect(mirror.putAside(next, unhurried)).rejects.toMatchObject({ name: 'EncryptionFailure' })
    await kms.send(new EnableKeyCommand({ KeyId: 'alias/mirror' }))
    expect(await mirror.putAside(next, unhurried)).toBe('put-aside')
    expect((await client.send(new DescribeSecretCommand({ SecretId: version.name }))).KmsKeyId).toBe('alias/mirror')
  })

  it.each([
    ['the ARN of the stage’s key', 'arn:aws:kms:eu-central-1:123456789012:key/mrk-1', true],
    ['its id', 'mrk-1', true],
    ['the id of another', 'mrk-2', false],
    ['an alias, which may be its own', 'arn:aws:kms:eu-central-1:123456789012:alias/keyturn-prod-mirror', true],
    ['AWS’s own', undefined, false],
  ])('is described with %s', async (_, KmsKeyId, hasOwnKey) => {
    const server = closing(await startScriptedAws(() => ({ status: 200, body: { Name: version.name, KmsKeyId } })))
    const client = secretsManagerClient(clientOptions(server.url))
    const kmsKeyId = 'arn:aws:kms:eu-central-1:123456789012:key/mrk-1'
    const mirror = secretsManagerMirror({ client, kmsKeyId, tags })
    expect(await mirror.describe(version.name, unhurried)).toMatchObject({ hasOwnKey })
  })

  it('is not taken for deleted when Secrets Manager refuses a call for another reason', async () => {
    const refusal = { status: 400, body: { __type: 'InvalidRequestException', Message: 'no' } }
    const living = { status: 200, body: { Name: version.name, VersionIdsToStages: {} } }
    const answer = (operation: string): AwsReply => (operation === 'DescribeSecret' ? living : refusal)
    const server = closing(await startScriptedAws(answer))
    const client = secretsManagerClient(clientOptions(server.url))
    const mirror = secretsManagerMirror({ client, tags })
    const outcomes = await Promise.allSettled([
      mirror.create(version, unhurried),
      mirror.takeOver(version.name, unhurried),
      mirror.putAside(version, unhurried),
      mirror.removePolicy(version.name, unhurried),
      mirror.scheduleDeletion(version.name, unhurried),
    ])
    const failure = { status: 'rejected', reason: { name: 'InvalidRequestException' } }
    expect(outcomes).toMatchObject([failure, failure, failure, failure, failure])
  })

  it.each([
    ['MirrorIsReplicated', { ReplicationStatus: [{ Region: 'eu-west-1', Status: 'InSync' }] }],
    ['MirrorIsRotated', { RotationEnabled: true }],
    ['MirrorIsManaged', { OwningService: 'rds' }],
    ['MirrorIsForged', { VersionIdsToStages: { [versionId(9_999_999_999)]: ['AWSCURRENT'] } }],
  ])('is refused by %s, and left as it is, where a secret has what cannot be undone', async (name, described) => {
    const called: string[] = []
    const replyTo = (operation: string): AwsReply => {
      called.push(operation)
      return { status: 200, body: described }
    }
    const server = closing(await startScriptedAws(replyTo))
    const mirror = secretsManagerMirror({ client: secretsManagerClient(clientOptions(server.url)), tags })
    await expect(mirror.takeOver(version.name, unhurried)).rejects.toMatchObject({ name })
    expect(called).toEqual(['DescribeSecret'])
  })

  it('does not write a policy that names a role that does not exist, and keeps the one before', async () => {
    const known = 'arn:aws:iam::000000000000:role/known'
    const server = closing(await startAwsServer({ dataDir: null, port: 0, principals: [known] }))
    const client = secretsManagerClient(clientOptions(server.url))
    const mirror = secretsManagerMirror({ client, tags })
    await mirror.create(version, unhurried)
    const put = (...consumers: string[]) => mirror.putPolicy({ name: version.name, consumers }, unhurried)
    expect(await put(known, '123456789012')).toBe('put')
    expect(await put(known, 'arn:aws:iam::000000000000:role/unknown')).toBe('refused')
    const { ResourcePolicy = '' } = await client.send(new GetResourcePolicyCommand({ SecretId: version.name }))
    expect(JSON.parse(ResourcePolicy).Statement[0].Principal).toEqual({ AWS: [known, '123456789012'] })
  })

  it('passes on what it does not understand', async () => {
    const refusal = { status: 400, body: { __type: 'AccessDeniedException', Message: 'no' } }
    const server = closing(await startScriptedAws(() => refusal))
    const client = secretsManagerClient(clientOptions(server.url))
    const mirror = secretsManagerMirror({ client, tags })
    const move = { name: version.name, from: versionId(1), to: versionId(2) }
    const outcomes = await Promise.allSettled([
      mirror.create(version, unhurried),
      mirror.takeOver(version.name, unhurried),
      mirror.putAside(version, unhurried),
      mirror.moveCurrent(move, unhurried),
      mirror.describe(version.name, unhurried),
      mirror.removePolicy(version.name, unhurried),
      mirror.scheduleDeletion(version.name, unhurried),
      mirror.restore(version.name, unhurried),
    ])
    expect(outcomes.map(outcome => outcome.status === 'rejected' && (outcome.reason as Error).name)).toEqual(
      Array.from({ length: 8 }, () => 'AccessDeniedException'),
    )
  })
})
