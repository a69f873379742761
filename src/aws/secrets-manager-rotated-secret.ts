import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { Secret } from '../core/secret'
import type { RotatedSecret, RotatedSecretState, SecretVersion } from '../rotation-hook/ports'

/** The secret of a rotation function in AWS Secrets Manager. */
export function secretsManagerRotatedSecret(client: SecretsManagerClient): RotatedSecret {
  return {
    describe: secretId => describe(client, secretId),
    read: (secretId, versionId) => read(client, secretId, versionId),
    putPending: (secretId, versionId, document) => putPending(client, { secretId, versionId, document }),
    moveCurrent: (secretId, move) => moveCurrent(client, secretId, move),
    tag: async (SecretId, Key, Value) => {
      await client.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] }))
    },
    untag: async (SecretId, name) => {
      await client.send(new UntagResourceCommand({ SecretId, TagKeys: [name] }))
    },
  }
}

async function describe(client: SecretsManagerClient, secretId: string): Promise<RotatedSecretState> {
  const found = await client.send(new DescribeSecretCommand({ SecretId: secretId }))
  return {
    labels: found.VersionIdsToStages ?? {},
    rotationEnabled: found.RotationEnabled !== false,
    tags: Object.fromEntries((found.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  }
}

async function read(client: SecretsManagerClient, secretId: string, versionId: string): Promise<SecretVersion | null> {
  try {
    const found = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionId: versionId }))
    if (found.SecretString === undefined) throw new TypeError('the version holds no text')
    return { versionId, text: new Secret(found.SecretString), createdAt: found.CreatedDate ?? new Date(0) }
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null
    throw error
  }
}

interface PendingVersion {
  readonly secretId: string
  readonly versionId: string
  readonly document: Secret
}

/** A version that is known keeps its value: Secrets Manager refuses another one. */
async function putPending(
  client: SecretsManagerClient,
  { secretId, versionId, document }: PendingVersion,
): Promise<'stored' | 'differs'> {
  const command = new PutSecretValueCommand({
    SecretId: secretId,
    ClientRequestToken: versionId,
    SecretString: document.reveal(),
    VersionStages: ['AWSPENDING'],
  })
  try {
    await client.send(command)
    return 'stored'
  } catch (error) {
    if (error instanceof ResourceExistsException) return 'differs'
    throw error
  }
}

async function moveCurrent(
  client: SecretsManagerClient,
  secretId: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<'moved' | 'mismatch'> {
  const move = { VersionStage: 'AWSCURRENT', RemoveFromVersionId: from, MoveToVersionId: to }
  try {
    await client.send(new UpdateSecretVersionStageCommand({ SecretId: secretId, ...move }))
    return 'moved'
  } catch (error) {
    if (error instanceof InvalidParameterException) return 'mismatch'
    throw error
  }
}

/** The text of the current version of the secret with the vendor's credentials. @throws {TypeError} when it holds none */
export async function readCurrentText(client: SecretsManagerClient, secretId: string): Promise<string> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }))
  if (SecretString === undefined) throw new TypeError('the secret holds no text')
  return SecretString
}
