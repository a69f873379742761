import {
  CreateSecretCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { describe } from '@jest/globals'
import { startAwsServer } from '../../../local/aws-server/server'
import { secretsManagerClient } from '../../../src/aws/clients'
import { secretsManagerRotatedSecret } from '../../../src/aws/secrets-manager-rotated-secret'
import { rotatedSecretSuite, type RunningRotatedSecret } from '../../support/suites/rotated-secret'
import { clientOptions } from './embedded-aws'

const secretId = 'consumer/vendor'
const firstVersion = '0'.repeat(32)
const RotationLambdaARN = 'arn:aws:lambda:eu-central-1:000000000000:function:rotate-it'
/** A rotation function that never gets anything done. */
const functions = { has: () => true, invoke: () => Promise.reject(new Error('not now')), pausesMs: [] }

async function start(): Promise<RunningRotatedSecret> {
  const server = await startAwsServer({ dataDir: null, port: 0, functions })
  const client = secretsManagerClient(clientOptions(server.url))
  const rotatedSecret = secretsManagerRotatedSecret(client)
  await client.send(
    new CreateSecretCommand({ Name: secretId, SecretString: 'first', ClientRequestToken: firstVersion }),
  )
  return {
    rotatedSecret,
    secretId,
    firstVersion,
    begin: async ClientRequestToken => {
      const { labels } = await rotatedSecret.describe(secretId)
      const RemoveFromVersionId = Object.keys(labels).find(version => labels[version]?.includes('AWSPENDING'))
      const cancelled = { SecretId: secretId, VersionStage: 'AWSPENDING', RemoveFromVersionId }
      if (RemoveFromVersionId !== undefined) await client.send(new UpdateSecretVersionStageCommand(cancelled))
      await client.send(new RotateSecretCommand({ SecretId: secretId, RotationLambdaARN, ClientRequestToken }))
    },
    close: async () => {
      client.destroy()
      await server.close()
    },
  }
}

describe('secretsManagerOwnSecret', () => {
  rotatedSecretSuite(start)
})
