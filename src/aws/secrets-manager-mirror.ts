import {
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  EncryptionFailure,
  GetResourcePolicyCommand,
  InvalidParameterException,
  InvalidRequestException,
  MalformedPolicyDocumentException,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  type DescribeSecretCommandOutput,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import type { CurrentMove, Mirror, MirrorDescription, MirrorPolicy, MirrorVersion } from '../rotation/ports'
import { isPolicyFor, policyFor } from './mirror-policy'

/** What a version carries that is put aside: in the secret, and not current. */
const putAsideLabel = 'KEYTURN_STAGED'
const recoveryDays = 7

export interface SecretsManagerMirrorOptions {
  readonly client: SecretsManagerClient
  /** The mirror key: id, ARN or alias. Absent: `aws/secretsmanager`. */
  readonly kmsKeyId?: string
  readonly tags: Readonly<Record<string, string>>
}

/** Mirrors in AWS Secrets Manager. Version ids are `ClientRequestToken`s, by which it knows a repeated call. */
export function secretsManagerMirror(options: SecretsManagerMirrorOptions): Mirror {
  return {
    create: (version, signal) => create({ ...options, signal }, version),
    takeOver: (name, signal) => takeOver({ ...options, signal }, name),
    putAside: (version, signal) => putAside({ ...options, signal }, version),
    moveCurrent: (move, signal) => moveCurrent({ ...options, signal }, move),
    describe: (name, signal) => describe({ ...options, signal }, name),
    putPolicy: (policy, signal) => putPolicy({ ...options, signal }, policy),
    isSharedWith: (policy, signal) => isSharedWith({ ...options, signal }, policy),
    removePolicy: (name, signal) => removePolicy({ ...options, signal }, name),
    scheduleDeletion: (name, signal) => scheduleDeletion({ ...options, signal }, name),
    restore: async (name, signal) => {
      await options.client.send(new RestoreSecretCommand({ SecretId: name }), { abortSignal: signal })
    },
  }
}

/** Where calls go, and when to give them up. */
interface Reach extends SecretsManagerMirrorOptions {
  readonly signal: AbortSignal
}

async function create(
  reach: Reach,
  { name, versionId, document }: MirrorVersion,
): Promise<'created' | 'exists' | 'deleted'> {
  const command = new CreateSecretCommand({
    Name: name,
    ClientRequestToken: versionId,
    SecretString: document.reveal(),
    KmsKeyId: reach.kmsKeyId,
    Tags: tagList(reach.tags),
  })
  try {
    await reach.client.send(command, { abortSignal: reach.signal })
    return 'created'
  } catch (error) {
    if (error instanceof ResourceExistsException) return 'exists'
    return afterRefusal(reach, { name, error, outcome: 'deleted' })
  }
}

const awsKey = 'alias/aws/secretsmanager'

/**
 * The policy goes first: from then on nobody outside the account reads the secret. Without `kms:Encrypt`, which Keyturn
 * does not have, Secrets Manager changes the KMS key for new versions alone: no value is sealed anew.
 */
async function takeOver(reach: Reach, name: string): Promise<'taken-over' | 'missing' | 'deleted'> {
  const { client, kmsKeyId = awsKey, tags, signal } = reach
  const abortable = { abortSignal: signal }
  try {
    const described = await client.send(new DescribeSecretCommand({ SecretId: name }), abortable)
    checkTakeable(described, tags)
    const foreign = foreignTags(described, tags)
    await client.send(new DeleteResourcePolicyCommand({ SecretId: name }), abortable)
    await client.send(new UpdateSecretCommand({ SecretId: name, KmsKeyId: kmsKeyId }), abortable)
    if (foreign.length > 0) await client.send(new UntagResourceCommand({ SecretId: name, TagKeys: foreign }), abortable)
    await client.send(new TagResourceCommand({ SecretId: name, Tags: tagList(tags) }), abortable)
    return 'taken-over'
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return 'missing'
    return afterRefusal(reach, { name, error, outcome: 'deleted' })
  }
}

type Tags = SecretsManagerMirrorOptions['tags']
type Described = Pick<
  DescribeSecretCommandOutput,
  'Tags' | 'VersionIdsToStages' | 'ReplicationStatus' | 'RotationEnabled' | 'OwningService'
>

/** @throws an error whose name says what another has done to the secret that Keyturn has no permission to undo */
function checkTakeable(described: Described, tags: Tags): void {
  const { ReplicationStatus = [], RotationEnabled, OwningService, VersionIdsToStages = {} } = described
  if (ReplicationStatus.length > 0) throw refused('MirrorIsReplicated', 'its values are copied to other Regions')
  if (RotationEnabled === true) throw refused('MirrorIsRotated', 'another function rotates it')
  if (OwningService !== undefined) throw refused('MirrorIsManaged', `${OwningService} manages it`)
  if (!hasTags(described, tags) && Object.keys(VersionIdsToStages).some(id => ownVersionId.test(id)))
    throw refused('MirrorIsForged', 'somebody else has stored versions under ids like those of Keyturn')
}

/** What only Keyturn's own versions are called. */
const ownVersionId = /^\d{10}-[0-9a-f]{32}$/

function refused(name: string, reason: string): Error {
  return Object.assign(new Error(`the name of the mirror is taken by a secret that cannot be taken over: ${reason}`), {
    name,
  })
}

function hasTags({ Tags = [] }: Described, tags: Tags): boolean {
  return Object.entries(tags).every(([key, value]) => Tags.some(({ Key, Value }) => Key === key && Value === value))
}

/** Tags that may give somebody access, where policies go by tags. Those of AWS itself cannot be removed. */
function foreignTags({ Tags = [] }: Described, tags: Tags): string[] {
  return Tags.flatMap(({ Key }) => (Key === undefined || Key in tags || Key.startsWith('aws:') ? [] : [Key]))
}

function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

/** Never moves AWSCURRENT. A token that is known with another value means that this revision is stored already. */
async function putAside(
  reach: Reach,
  version: MirrorVersion,
): Promise<'put-aside' | 'missing' | 'deleted' | 'other-key'> {
  const command = new PutSecretValueCommand({
    SecretId: version.name,
    ClientRequestToken: version.versionId,
    SecretString: version.document.reveal(),
    VersionStages: [putAsideLabel],
  })
  try {
    await reach.client.send(command, { abortSignal: reach.signal })
    return 'put-aside'
  } catch (error) {
    if (error instanceof ResourceExistsException) return 'put-aside'
    if (error instanceof ResourceNotFoundException) return 'missing'
    if (isOfKey(error)) return afterKeyRefusal(reach, version.name, error)
    return afterRefusal(reach, { name: version.name, error, outcome: 'deleted' })
  }
}

/**
 * A KMS key that is disabled or pending deletion, or one that the caller may not use. Other permissions may be missing
 * with the same name.
 */
function isOfKey(error: unknown): boolean {
  return error instanceof EncryptionFailure || (error instanceof Error && error.name === 'AccessDeniedException')
}

async function afterKeyRefusal(reach: Reach, name: string, error: unknown): Promise<'other-key'> {
  const description = await describe(reach, name)
  if (description?.hasOwnKey === false) return 'other-key'
  throw error
}

/** Secrets Manager answers `InvalidParameterException` when another version than `RemoveFromVersionId` has the label. */
async function moveCurrent({ client, signal }: Reach, { name, from, to }: CurrentMove): Promise<'moved' | 'mismatch'> {
  const command = new UpdateSecretVersionStageCommand({
    SecretId: name,
    VersionStage: 'AWSCURRENT',
    RemoveFromVersionId: from,
    MoveToVersionId: to,
  })
  try {
    await client.send(command, { abortSignal: signal })
    return 'moved'
  } catch (error) {
    if (error instanceof InvalidParameterException) return 'mismatch'
    throw error
  }
}

async function describe({ client, kmsKeyId, signal }: Reach, name: string): Promise<MirrorDescription | null> {
  try {
    const command = new DescribeSecretCommand({ SecretId: name })
    const { VersionIdsToStages = {}, DeletedDate, KmsKeyId } = await client.send(command, { abortSignal: signal })
    const current = Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes('AWSCURRENT'))
    return {
      currentVersionId: current?.[0] ?? null,
      deleted: DeletedDate !== undefined,
      hasOwnKey: isSameKey(KmsKeyId, kmsKeyId),
    }
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null
    throw error
  }
}

/** Whether both mean one KMS key. An id and an alias are taken for the same: which key an alias is, only KMS knows. */
function isSameKey(one = awsKey, other = awsKey): boolean {
  const [name, otherName] = [nameOfKey(one), nameOfKey(other)]
  if (name === otherName || name === awsKey || otherName === awsKey) return name === otherName
  return name.startsWith('alias/') !== otherName.startsWith('alias/')
}

/** Id or alias, out of an ARN as well. */
function nameOfKey(keyId: string): string {
  return keyId.replace(/^arn:[^:]+:kms:[^:]*:[^:]*:(?:key\/)?/, '')
}

/** Secrets Manager refuses a whole policy that names a role or user that does not exist, and does not say which. */
async function putPolicy({ client, signal }: Reach, { name, consumers }: MirrorPolicy): Promise<'put' | 'refused'> {
  const ResourcePolicy = policyFor(consumers)
  const command = new PutResourcePolicyCommand({ SecretId: name, ResourcePolicy, BlockPublicPolicy: true })
  try {
    await client.send(command, { abortSignal: signal })
    return 'put'
  } catch (error) {
    if (error instanceof MalformedPolicyDocumentException) return 'refused'
    throw error
  }
}

async function isSharedWith({ client, signal }: Reach, { name, consumers }: MirrorPolicy): Promise<boolean> {
  const command = new GetResourcePolicyCommand({ SecretId: name })
  const { ResourcePolicy } = await client.send(command, { abortSignal: signal })
  return isPolicyFor(ResourcePolicy, consumers)
}

/** A secret that is gone or scheduled for deletion cannot be read, whatever its policy says. */
async function removePolicy(reach: Reach, name: string): Promise<void> {
  try {
    await reach.client.send(new DeleteResourcePolicyCommand({ SecretId: name }), { abortSignal: reach.signal })
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return
    await afterRefusal(reach, { name, error, outcome: undefined })
  }
}

async function scheduleDeletion(reach: Reach, name: string): Promise<'scheduled' | 'missing'> {
  const command = new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: recoveryDays })
  try {
    await reach.client.send(command, { abortSignal: reach.signal })
    return 'scheduled'
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return 'missing'
    return afterRefusal(reach, { name, error, outcome: 'scheduled' })
  }
}

interface Refusal<Outcome> {
  readonly name: string
  readonly error: unknown
  readonly outcome: Outcome
}

/**
 * The outcome, if the call was refused because the secret is scheduled for deletion. `InvalidRequestException` alone
 * does not say so: Secrets Manager answers it to every call that a secret's state forbids.
 */
async function afterRefusal<Outcome>(reach: Reach, { name, error, outcome }: Refusal<Outcome>): Promise<Outcome> {
  if (!(error instanceof InvalidRequestException)) throw error
  const description = await describe(reach, name)
  if (description?.deleted === true) return outcome
  throw error
}
