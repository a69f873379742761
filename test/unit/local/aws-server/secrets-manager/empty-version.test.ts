import { beforeEach, describe, expect, it } from '@jest/globals'
import { oneAtATime, openDatabase } from '../../../../../local/aws-server/database'
import { describeSecret } from '../../../../../local/aws-server/secrets-manager/describe-and-list'
import { createSecret } from '../../../../../local/aws-server/secrets-manager/lifecycle'
import type { SecretsContext } from '../../../../../local/aws-server/secrets-manager/operation'
import { noFunctions, openRotations } from '../../../../../local/aws-server/secrets-manager/rotations'
import { secretStore } from '../../../../../local/aws-server/secrets-manager/secret-store'
import { getSecretValue, putSecretValue } from '../../../../../local/aws-server/secrets-manager/values'
import { refusalOf, token } from '../../../../support/suites/secrets-manager/calls'

const noon = new Date('2026-11-21T12:00:00.000Z')
const pending = { VersionStage: 'AWSPENDING' }

describe('a version without a value, as a rotation starts with', () => {
  let context: SecretsContext
  const SecretId = 'rotating'

  beforeEach(async () => {
    const database = await openDatabase(null)
    const store = secretStore({ database, inTurn: oneAtATime(), region: 'us-east-1', now: noon })
    const rotations = openRotations({ functions: noFunctions, storeOf: () => store, now: () => noon })
    context = {
      store,
      keys: { exists: () => true, isEnabled: () => true },
      rotations,
      principals: null,
      region: 'us-east-1',
      now: noon,
      newArnSuffix: () => 'AbCdEf',
    }
    await createSecret(context, { Name: SecretId, SecretString: '1', ClientRequestToken: token(1) })
    await store.change(SecretId, secret => {
      const empty = { id: token(2), createdAt: noon, labels: ['AWSPENDING'], digest: null, kmsKeyId: null }
      return { secret: { ...secret, versions: [...secret.versions, empty] } }
    })
  })

  it('is ResourceNotFoundException to get by its stage, its id, or both', async () => {
    for (const version of [pending, { VersionId: token(2) }, { VersionId: token(2), ...pending }]) {
      expect(await refusalOf(getSecretValue(context, { SecretId, ...version }))).toBe('ResourceNotFoundException')
    }
  })

  it('is shown with its label', async () => {
    expect(await describeSecret(context, { SecretId })).toMatchObject({
      VersionIdsToStages: { [token(1)]: ['AWSCURRENT'], [token(2)]: ['AWSPENDING'] },
    })
  })

  it('gets its value by a put with its id, and keeps its label', async () => {
    const put = { SecretId, SecretString: '2', ClientRequestToken: token(2), VersionStages: ['AWSPENDING'] }
    expect(await putSecretValue(context, put)).toMatchObject({ VersionStages: ['AWSPENDING'] })
    expect(await getSecretValue(context, { SecretId, ...pending })).toMatchObject({ SecretString: '2' })
    expect(await getSecretValue(context, { SecretId })).toMatchObject({ SecretString: '1' })
    expect(await refusalOf(putSecretValue(context, { ...put, SecretString: '3' }))).toBe('ResourceExistsException')
  })
})
