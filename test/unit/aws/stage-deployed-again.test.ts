import { ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { mirrorState } from '../../../src/rotation/mirror'
import { unhurried } from '../../support/suites/signals'
import { closeAfterEach } from './close-after-each'
import {
  createIn,
  type EmbeddedStage,
  mirror,
  readSecrets,
  rotateIn,
  type StageResources,
  startStage,
  storedIn,
} from './embedded-stage'

const closing = closeAfterEach()

/** A stage with one endpoint, whose keys are then on their way out. */
async function destroyed(): Promise<{ stage: EmbeddedStage; before: StageResources }> {
  const stage = closing(await startStage())
  const before = { table: 'keyturn-dev', ringKey: stage.newKey(), mirrorKey: stage.newKey() }
  const deps = await stage.deploy(before)
  const secret = await createIn(deps)
  expect(await readSecrets(stage)).toEqual([secret])
  await deps.mirror.scheduleDeletion(mirror, unhurried)
  await stage.kms.send(new ScheduleKeyDeletionCommand({ KeyId: before.mirrorKey, PendingWindowInDays: 7 }))
  stage.clock.at = addSeconds(stage.clock.at, 3600)
  return { stage, before }
}

async function keyOfMirror({ secrets }: EmbeddedStage): Promise<string | undefined> {
  return (await secrets.send(new DescribeSecretCommand({ SecretId: mirror }))).KmsKeyId
}

describe('a stage that is deployed again within a week, with new KMS keys', () => {
  it('restores a mirror and writes it under its own key, so that receivers read it', async () => {
    const { stage } = await destroyed()
    const again = { table: 'keyturn-dev-2', ringKey: stage.newKey(), mirrorKey: stage.newKey() }
    const deps = await stage.deploy(again)
    const secret = await createIn(deps)
    expect(mirrorState(await storedIn(deps))).toBe('current')
    expect(await keyOfMirror(stage)).toBe(again.mirrorKey)
    expect(await readSecrets(stage)).toEqual([secret])
    const next = await rotateIn(deps)
    expect(await readSecrets(stage)).toContain(next)
  })

  it('writes the mirrors of a table that was kept under its own key, too', async () => {
    const { stage, before } = await destroyed()
    const again = { ...before, mirrorKey: stage.newKey() }
    const deps = await stage.deploy(again)
    await deps.mirror.restore(mirror, unhurried)
    await expect(readSecrets(stage)).rejects.toMatchObject({ name: 'DecryptionFailure' })
    const next = await rotateIn(deps)
    expect(mirrorState(await storedIn(deps))).toBe('current')
    expect(await keyOfMirror(stage)).toBe(again.mirrorKey)
    expect(await readSecrets(stage)).toContain(next)
  })
})
