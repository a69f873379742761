import { CreateSecretCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AwsServer, type AwsServerOptions, startAwsServer } from '../../../../local/aws-server/server'
import { clientConfig } from './client-config'

describe('the embedded AWS server', () => {
  const running: AwsServer[] = []
  afterEach(async () => {
    for (const server of running.splice(0)) await server.close()
  })

  async function start(options: Partial<AwsServerOptions> = {}): Promise<AwsServer> {
    const server = await startAwsServer({ dataDir: null, port: 0, ...options })
    running.push(server)
    return server
  }

  async function post(url: string, target: string, body: string, headers: Record<string, string> = {}) {
    const response = await fetch(url, { method: 'POST', body, headers: { 'x-amz-target': target, ...headers } })
    return { status: response.status, type: response.headers.get('content-type'), reply: await response.json() }
  }

  it.each(['Nothing.Do', 'secretsmanager.Nothing', 'TrentService.Nothing', 'AWSEvents.Nothing', 'secretsmanager', ''])(
    'answers the target "%s" with UnknownOperationException',
    async target => {
      const { url } = await start()
      const { status, type, reply } = await post(url, target, '{}')
      expect([status, type]).toEqual([400, 'application/x-amz-json-1.1'])
      expect(reply).toMatchObject({ __type: 'UnknownOperationException' })
    },
  )

  describe('with an access key id', () => {
    const accessKeyId = 'LOCAL0123456789ABCDE'
    const signed = (id: string) => `AWS4-HMAC-SHA256 Credential=${id}/20261121/us-east-1/kms/aws4_request`

    it.each([
      ['no signature', {}, 'MissingAuthenticationTokenException'],
      ['another id', { authorization: signed('local') }, 'UnrecognizedClientException'],
      ['a longer id', { authorization: signed(`${accessKeyId}F`) }, 'UnrecognizedClientException'],
      ['its id', { authorization: signed(accessKeyId) }, 'UnknownOperationException'],
    ])('a request with %s is answered as AWS does', async (_, headers, type) => {
      const { url } = await start({ accessKeyId })
      for (const target of ['secretsmanager.Nothing', 'AWSEvents.Nothing']) {
        const { status, reply } = await post(url, target, '{}', headers)
        expect([status, reply]).toEqual([400, expect.objectContaining({ __type: type })])
      }
    })

    it('DynamoDB takes none but that either', async () => {
      const { url } = await start({ accessKeyId })
      const body = '{"TableName":"t"}'
      const { reply } = await post(url, 'DynamoDB_20120810.DescribeTable', body, { authorization: signed('local') })
      expect(reply).toMatchObject({ __type: 'UnrecognizedClientException' })
    })
  })

  it.each([
    ['rebound.example:4701', undefined, 403],
    ['127.0.0.1:4701', 'http://rebound.example', 403],
    ['127.0.0.1:4701', 'http://127.0.0.1:4701', 404],
    ['127.0.0.1:4701', 'https://app.example', 404],
    ['localhost:4701', undefined, 404],
  ])('for a web page, by the host %s and the origin %s: %d', async (host, origin, expected) => {
    const { url } = await start({ origins: ['https://app.example'] })
    const headers = { host, ...(origin === undefined ? {} : { origin }) }
    const [reply] = (await once(request(url, { headers, agent: false }).end(), 'response')) as [IncomingMessage]
    expect(reply.resume().statusCode).toBe(expected)
    const sent = request(url, { method: 'POST', headers, agent: false }).end('{}')
    const [refused] = (await once(sent, 'response')) as [IncomingMessage]
    expect(refused.resume().statusCode).toBe(expected === 403 ? 403 : 400)
  })

  it('ends no connection because it is idle, and so announces no time for it', async () => {
    const { url } = await start()
    const { headers } = await fetch(url, { method: 'POST' })
    expect([headers.get('connection'), headers.get('keep-alive')]).toEqual(['keep-alive', null])
  })

  it.each(['{', '[]', '"text"', 'null', '7'])('answers the body %s with SerializationException', async body => {
    const { url } = await start()
    const { status, reply } = await post(url, 'secretsmanager.GetSecretValue', body)
    expect(status).toBe(400)
    expect(reply).toMatchObject({ __type: 'SerializationException' })
  })

  it('names the member of a wrong type, and does not repeat its value', async () => {
    const { url } = await start()
    const body = JSON.stringify({ Name: 'n', SecretString: { canary: 1 } })
    const { reply } = await post(url, 'secretsmanager.CreateSecret', body)
    expect(reply).toMatchObject({ __type: 'SerializationException', Message: "Unexpected type at 'secretString'." })
  })

  it('answers a member that is missing with ValidationException', async () => {
    const { url } = await start()
    const { reply } = await post(url, 'secretsmanager.GetSecretValue', '{"SecretId":null}')
    expect(reply).toMatchObject({ __type: 'ValidationException' })
  })

  it('wants a ClientRequestToken with a value, which SDKs make up', async () => {
    const { url } = await start()
    const { reply } = await post(url, 'secretsmanager.CreateSecret', '{"Name":"n","SecretString":"v"}')
    expect(reply).toMatchObject({ __type: 'InvalidRequestException' })
  })

  it('dates in seconds and forbids caches', async () => {
    const { url } = await start({ now: () => new Date('2026-11-21T12:00:00.250Z') })
    await post(url, 'secretsmanager.CreateSecret', '{"Name":"n"}')
    const target = { 'x-amz-target': 'secretsmanager.DescribeSecret' }
    const response = await fetch(url, { method: 'POST', body: '{"SecretId":"n"}', headers: target })
    expect(await response.json()).toMatchObject({ CreatedDate: 1_795_262_400.25 })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('takes the region from the credentials, and keeps regions apart', async () => {
    const { url } = await start()
    const authorization = 'AWS4-HMAC-SHA256 Credential=id/20261121/eu-west-3/secretsmanager/aws4_request, Signature=x'
    const create = await post(url, 'secretsmanager.CreateSecret', '{"Name":"n"}', { authorization })
    expect(create.reply).toMatchObject({
      ARN: expect.stringMatching(/^arn:aws:secretsmanager:eu-west-3:000000000000:/),
    })
    const elsewhere = await post(url, 'secretsmanager.DescribeSecret', '{"SecretId":"n"}')
    expect(elsewhere.reply).toMatchObject({ __type: 'ResourceNotFoundException' })
  })

  it('serves the pages it was given, and no others', async () => {
    const { url } = await start({ pages: { '/.well-known/jwks.json': () => ({ keys: [] }) } })
    const page = await fetch(`${url}/.well-known/jwks.json`)
    expect([page.status, page.headers.get('content-type'), await page.json()]).toEqual([
      200,
      'application/json',
      { keys: [] },
    ])
    expect((await fetch(`${url}/constructor`)).status).toBe(404)
  })

  it('refuses a body over 16 MiB', async () => {
    const { url } = await start()
    const body = 'x'.repeat(16 * 1024 * 1024 + 1)
    const { status } = await post(url, 'secretsmanager.GetSecretValue', body)
    expect(status).toBe(413)
  })

  it('rejects with EADDRINUSE where the port is taken, and opens nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aws-server-'))
    const { url } = await start()
    const taken = startAwsServer({ dataDir: folder, port: Number(new URL(url).port) })
    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const server = await startAwsServer({ dataDir: folder, port: 0 })
    await server.close()
    await rm(folder, { recursive: true })
  })

  it('rejects where the folder is open already, and gives the port back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aws-server-'))
    const { url: first } = await start({ dataDir: folder })
    const port = await freePort()
    const again = startAwsServer({ dataDir: folder, port })
    await expect(again).rejects.toThrow(/cannot be opened: another process has it open$/)
    const second = await start({ port })
    expect(second.url).not.toBe(first)
    await running[0]?.close()
    running.shift()
    await rm(folder, { recursive: true })
  })

  it.each([
    ['secrets-manager', 'EEXIST'],
    ['events.ndjson', 'EISDIR'],
    ['dynamodb', 'EEXIST'],
  ])('rejects where %s cannot be opened, and leaves the rest of the folder closed', async (name, code) => {
    const folder = await mkdtemp(join(tmpdir(), 'aws-server-'))
    const obstacle = join(folder, name)
    await (name === 'events.ndjson' ? mkdir(obstacle) : writeFile(obstacle, ''))
    await expect(startAwsServer({ dataDir: folder, port: 0 })).rejects.toMatchObject({ code })
    await rm(obstacle, { recursive: true })
    await start({ dataDir: folder })
    await running.pop()?.close()
    await rm(folder, { recursive: true })
  })

  it('closing finishes what is being answered, and ends connections that are kept alive', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aws-server-'))
    const server = await startAwsServer({ dataDir: folder, port: 0 })
    const client = new SecretsManagerClient(clientConfig(server.url))
    const names = Array.from({ length: 32 }, (_, nth) => `secret-${nth}`)
    const creating = names.map(
      async Name => (await client.send(new CreateSecretCommand({ Name, SecretString: 'v' }))).Name,
    )
    await Promise.race(creating)
    const before = performance.now()
    await server.close()
    expect(performance.now() - before).toBeLessThan(5000)
    const created = (await Promise.allSettled(creating)).flatMap(result =>
      result.status === 'fulfilled' ? result.value : [],
    )
    client.destroy()

    const again = new SecretsManagerClient(clientConfig((await start({ dataDir: folder })).url))
    const { SecretList = [] } = await again.send(new ListSecretsCommand({}))
    expect(SecretList.map(({ Name }) => Name)).toEqual(expect.arrayContaining(created))
    expect(created.length).toBeGreaterThan(0)
    again.destroy()
    await running.pop()?.close()
    await rm(folder, { recursive: true })
  })

  it('a caller that hangs up in the middle of a request disturbs nobody', async () => {
    const { url } = await start()
    const { port } = new URL(url)
    for (const target of ['DynamoDB_20120810.ListTables', 'secretsmanager.ListSecrets']) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.write(`POST / HTTP/1.1\r\nhost: a\r\nx-amz-target: ${target}\r\ncontent-length: 99\r\n\r\n{`)
      await once(socket, 'connect')
      await new Promise(resolve => setTimeout(resolve, 20))
      socket.destroy()
    }
    expect((await post(url, 'secretsmanager.ListSecrets', '{}')).status).toBe(200)
  })
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = address !== null && typeof address === 'object' ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
