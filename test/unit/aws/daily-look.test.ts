import { DescribeKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import {
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { lookAgainSeconds } from '../../../src/rotation/change'
import { dailyLookSeconds } from '../../../src/rotation/daily-look'
import { dueKindOf } from '../../../src/rotation/endpoint'
import { mirrorState } from '../../../src/rotation/mirror'
import type { RotationDeps } from '../../../src/rotation/ports'
import { policyState } from '../../../src/rotation/settle-policy'
import { sweep, type SweepReport } from '../../../src/rotation/sweep'
import { closeAfterEach } from './close-after-each'
import { createIn, type EmbeddedStage, mirror, readSecrets, rotateIn, startStage, storedIn } from './embedded-stage'

const closing = closeAfterEach()

const SecretId = mirror
const reader = 'arn:aws:iam::123456789012:role/reader'
const other = 'arn:aws:iam::000000000000:role/other'

interface Bed extends EmbeddedStage {
  readonly deps: RotationDeps
  readonly mirrorKey: string
  /** What receivers read while nothing is changed by hand: the newer secret first. */
  readonly live: readonly string[]
  /** Names of the calls to Secrets Manager. */
  readonly called: string[]
  sweepAfter(seconds: number): Promise<SweepReport>
}

/** An endpoint that was rotated once and is at rest, with one consumer. */
async function bed(): Promise<Bed> {
  const stage = closing(await startStage())
  const mirrorKey = stage.newKey()
  const deps = await stage.deploy({ table: 'keyturn-dev', ringKey: stage.newKey(), mirrorKey })
  const sweepAfter = (seconds: number): Promise<SweepReport> => {
    stage.clock.at = addSeconds(stage.clock.at, seconds)
    return sweep({ ...deps, sleep: () => Promise.resolve() }, addSeconds(stage.clock.at, 60))
  }
  await createIn(deps, [reader])
  stage.clock.at = addSeconds(stage.clock.at, 60)
  await rotateIn(deps)
  await sweepAfter(lookAgainSeconds)
  const live = await readSecrets(stage)
  const called: string[] = []
  stage.secrets.middlewareStack.add(
    (next, { commandName }) =>
      args => {
        called.push(String(commandName))
        return next(args)
      },
    { step: 'initialize' },
  )
  return { ...stage, deps, mirrorKey, live, called, sweepAfter }
}

async function readersOf({ secrets }: Bed): Promise<unknown> {
  const { ResourcePolicy } = await secrets.send(new GetResourcePolicyCommand({ SecretId }))
  return ResourcePolicy === undefined ? null : JSON.parse(ResourcePolicy).Statement[0].Principal.AWS
}

async function labelled({ secrets }: Bed, label: string): Promise<string> {
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }))
  return Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes(label))?.[0] ?? ''
}

/** What somebody does, and what the log calls it. */
const changesByHand: readonly (readonly [string, string, (bed: Bed) => Promise<unknown>])[] = [
  [
    'scheduled for deletion',
    'scheduled-for-deletion',
    ({ secrets }) => secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 })),
  ],
  [
    'deleted for good',
    'missing',
    ({ secrets }) => secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
  ],
  [
    'scheduled for deletion with another KMS key',
    'scheduled-for-deletion other-kms-key',
    async ({ secrets, ...stage }) => {
      await secrets.send(new UpdateSecretCommand({ SecretId, KmsKeyId: stage.newKey() }))
      await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }))
    },
  ],
  [
    'given another value',
    'other-version',
    ({ secrets }) => secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'by hand' })),
  ],
  [
    'given back the version before',
    'other-version',
    async bed => {
      const RemoveFromVersionId = await labelled(bed, 'AWSCURRENT')
      const MoveToVersionId = await labelled(bed, 'AWSPREVIOUS')
      const labels = { VersionStage: 'AWSCURRENT', RemoveFromVersionId, MoveToVersionId }
      await bed.secrets.send(new UpdateSecretVersionStageCommand({ SecretId, ...labels }))
    },
  ],
  [
    'opened to another role',
    'other-policy',
    ({ secrets }) => {
      const statement = { Effect: 'Allow', Principal: { AWS: other }, Action: '*', Resource: '*' }
      const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
      return secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy }))
    },
  ],
  [
    'closed to its consumer',
    'other-policy',
    ({ secrets }) => secrets.send(new DeleteResourcePolicyCommand({ SecretId })),
  ],
  [
    'given another KMS key, for a value of somebody’s own as well',
    'other-kms-key other-version',
    async ({ secrets, kms, ...stage }) => {
      const KmsKeyId = stage.newKey()
      await secrets.send(new UpdateSecretCommand({ SecretId, KmsKeyId }))
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'by hand' }))
      await kms.send(new ScheduleKeyDeletionCommand({ KeyId: KmsKeyId }))
    },
  ],
]

describe('a mirror that somebody changed by hand', () => {
  it.each(changesByHand)('is healed within a day: %s', async (_what, faults, change) => {
    const world = await bed()
    await change(world)
    const logged: unknown[] = []
    const log = {
      info: () => undefined,
      error: (message: string, fields: unknown) => void logged.push([message, fields]),
    }
    Object.assign(world.deps, { log })
    expect(await world.sweepAfter(dailyLookSeconds)).toMatchObject({ looked: 1, changedByHand: 1, failed: 0 })
    expect(await world.sweepAfter(60)).toMatchObject({ looked: 0, failed: 0, left: 0 })
    expect(logged).toMatchObject([['a mirror is not as Keyturn left it', { endpointId: 'ep_1', faults }]])
    expect(await readSecrets(world)).toEqual(world.live)
    expect(await readersOf(world)).toEqual([reader])
    const { KmsKeyId } = await world.secrets.send(new DescribeSecretCommand({ SecretId }))
    expect(KmsKeyId).toBe(world.mirrorKey)
    // In between, the end of the key before is told.
    await world.sweepAfter(5 * 60 * 60)
    const endpoint = await storedIn(world.deps)
    expect([mirrorState(endpoint), policyState(endpoint), dueKindOf(endpoint)]).toEqual(['current', 'current', 'look'])
    world.called.length = 0
    expect(await world.sweepAfter(dailyLookSeconds)).toMatchObject({ looked: 1, changedByHand: 0 })
    expect(world.called).toEqual(['DescribeSecretCommand', 'GetResourcePolicyCommand'])
  })

  it('has its value sealed again where it was sealed with another KMS key', async () => {
    const world = await bed()
    const KmsKeyId = world.newKey()
    await world.secrets.send(new UpdateSecretCommand({ SecretId, KmsKeyId }))
    const before = await labelled(world, 'AWSCURRENT')
    await world.sweepAfter(dailyLookSeconds)
    await world.sweepAfter(60)
    expect(await labelled(world, 'AWSCURRENT')).not.toBe(before)
    await world.kms.send(new ScheduleKeyDeletionCommand({ KeyId: KmsKeyId }))
    expect(await readSecrets(world)).toEqual(world.live)
    expect((await world.kms.send(new DescribeKeyCommand({ KeyId: world.mirrorKey }))).KeyMetadata?.KeyState).toBe(
      'Enabled',
    )
  })
})

describe('a mirror that nobody touched', () => {
  it('costs two calls a look that read, and none that writes', async () => {
    const world = await bed()
    expect(await world.sweepAfter(dailyLookSeconds)).toMatchObject({ looked: 1, changedByHand: 0, settled: 0 })
    expect(world.called).toEqual(['DescribeSecretCommand', 'GetResourcePolicyCommand'])
  })
})
