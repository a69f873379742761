import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignatureV4MultiRegion } from '../../../../scripts/aliases/regional-signer'

const credentials = { accessKeyId: 'id', secretAccessKey: 'key' }
const region = 'eu-central-1'

it('signs what EventBridge’s client sends, for its region', async () => {
  const signatures: (string | undefined)[] = []
  const server = createServer((request, reply) => {
    signatures.push(request.headers.authorization)
    request.resume().on('end', () => reply.end('{"FailedEntryCount":0,"Entries":[]}'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new EventBridgeClient({ endpoint, region, credentials, signerConstructor: SignatureV4MultiRegion })
  await client.send(new PutEventsCommand({ Entries: [{ Source: 'keyturn', DetailType: 'x', Detail: '{}' }] }))
  client.destroy()
  server.close()
  expect(signatures).toEqual([
    expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-central-1\/events\/aws4_request, .*Signature=/),
  ])
})

it('says that it signs for one region only', () => {
  expect(SignatureV4MultiRegion.sigv4aDependency()).toBe('none')
})
