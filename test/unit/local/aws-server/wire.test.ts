import { DescribeSecretCommand, InternalServiceError, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createServer } from 'node:http'
import { sendError } from '../../../../local/aws-server/wire'
import { closeServer, listen } from '../../../../local/listen'
import { clientConfig } from './client-config'

// A server in which everything fails.
const server = createServer((_request, response) => sendError(response, new TypeError('a detail of ours')))
let url: string

beforeAll(async () => {
  url = await listen(server, 0)
})

afterAll(() => closeServer(server))

it('a fault of the server itself is 500 InternalServiceError, without detail', async () => {
  const reply = await fetch(url, { method: 'POST' })
  expect([reply.status, reply.headers.get('content-type')]).toEqual([500, 'application/x-amz-json-1.1'])
  const message = 'An error occurred on the server side.'
  expect(await reply.json()).toEqual({ __type: 'InternalServiceError', Message: message, message })
})

it('the SDK knows such a fault by its name', async () => {
  const client = new SecretsManagerClient(clientConfig(url))
  const failed = client.send(new DescribeSecretCommand({ SecretId: 'x' }))
  await expect(failed).rejects.toBeInstanceOf(InternalServiceError)
  await expect(failed).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } })
  client.destroy()
})
