import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { EncryptCommand } from '@aws-sdk/client-kms'
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from '@jest/globals'
import {
  type ClientOptions,
  dynamoDbClient,
  eventBridgeClient,
  kmsClient,
  secretsManagerClient,
} from '../../../src/aws/clients'
import { closeAfterEach } from './close-after-each'
import { clientOptions } from './embedded-aws'
import { type AwsReply, startScriptedAws } from './scripted-aws'

/** To reach the server with a function's own limits. */
function functionOptions(url: string): ClientOptions {
  const { endpoint, region, credentials } = clientOptions(url)
  return { ...(endpoint && { endpoint }), ...(region && { region }), ...(credentials && { credentials }) }
}

describe('a client', () => {
  const closing = closeAfterEach()

  it('tries three times when AWS fails', async () => {
    const failure = { status: 500, body: { __type: 'InternalServiceError', Message: 'no' } }
    const server = closing(await startScriptedAws(() => failure))
    const client = secretsManagerClient(functionOptions(server.url))
    await expect(client.send(new DescribeSecretCommand({ SecretId: 'a' }))).rejects.toMatchObject({
      name: 'InternalServiceError',
    })
    expect(server.calls).toEqual(['DescribeSecret', 'DescribeSecret', 'DescribeSecret'])
  })

  it('gives a call up while it waits for the reply', async () => {
    const caller = new AbortController()
    const whenAsked = (): null => {
      caller.abort()
      return null
    }
    const server = closing(await startScriptedAws(whenAsked))
    const client = dynamoDbClient(functionOptions(server.url))
    const command = new GetItemCommand({ TableName: 'a', Key: { pk: { S: 'a' } } })
    const sent = client.send(command, { abortSignal: caller.signal })
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' })
    expect(server.calls).toEqual(['GetItem'])
  })

  it('gives a try up after 3 s without a reply, and the next one may succeed', async () => {
    let calls = 0
    const reply = { status: 200, body: { CiphertextBlob: 'YQ==' } }
    const answer = (): AwsReply | null => {
      calls += 1
      return calls === 1 ? null : reply
    }
    const server = closing(await startScriptedAws(answer))
    const client = kmsClient(functionOptions(server.url))
    const startedAt = performance.now()
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: 'a', Plaintext: Buffer.from('a') }))
    const seconds = (performance.now() - startedAt) / 1000
    expect(CiphertextBlob).toEqual(new Uint8Array([97]))
    expect(calls).toBe(2)
    expect(seconds).toBeGreaterThan(2.9)
  })

  it.each([
    ['DynamoDB', dynamoDbClient],
    ['Secrets Manager', secretsManagerClient],
    ['KMS', kmsClient],
    ['EventBridge', eventBridgeClient],
  ])('of %s tries three times at most', async (_, makeClient) => {
    const client = makeClient(functionOptions('http://127.0.0.1:1'))
    expect(await client.config.maxAttempts()).toBe(3)
  })

  it('takes endpoint, region and credentials from the environment where it is not told', async () => {
    const server = closing(await startScriptedAws(() => ({ status: 200, body: { CiphertextBlob: 'YQ==' } })))
    Object.assign(process.env, { AWS_ENDPOINT_URL: server.url, AWS_REGION: 'eu-central-1' })
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' })
    const client = kmsClient()
    await client.send(new EncryptCommand({ KeyId: 'a', Plaintext: Buffer.from('a') }))
    expect(await client.config.region()).toBe('eu-central-1')
    expect(server.calls).toEqual(['Encrypt'])
  })
})
