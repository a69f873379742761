import { describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { storno } from '../../../src/contracts/storno'
import { addSeconds } from '../../../src/core/instant'
import { Secret } from '../../../src/core/secret'
import { rotationHook } from '../../../src/rotation-hook/rotation-hook'
import { httpVendor } from '../../../src/rotation-hook/vendor'
import { runScript } from '../../support/run-script'
import { type Certificate, selfSigned } from '../../support/tls/self-signed'
import { closeAfterEach } from '../aws/close-after-each'
import { event, modelDeps, modelSecret, secretOf, token } from './model'

// Faults before the first byte of a request reached the vendor: nothing was made there, and no intent is left.

const closing = closeAfterEach()
const hour = 60 * 60

interface Listening {
  readonly port: number
  close(): Promise<void>
}

async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => void sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  return closing({ port: (server.address() as AddressInfo).port, close })
}

/** One createSecret at the URL, at a vendor whose replies may take 600 ms. */
async function createSecretAt(baseUrl: string) {
  const rotatedSecret = modelSecret(secretOf(storno, 0))
  rotatedSecret.begin(token)
  const connection = { contract: storno, baseUrl, endpointId: 'ep_1', tenantId: 'tenant-1', overlapSeconds: null }
  const credential = async (): Promise<Secret> => new Secret('the-credential')
  const vendor = httpVendor({ ...connection, credential, timeoutMs: 600, now: () => new Date() })
  const started = Date.now()
  const code = await rotationHook(modelDeps({ contract: storno, rotatedSecret, vendor }))(event('createSecret')).then(
    () => null,
    (error: { readonly code: string }) => error.code,
  )
  return { code, intents: Object.keys(rotatedSecret.tags).length, millisecondsACall: (Date.now() - started) / 3 }
}

const unreachable = { code: 'vendor-unreachable', intents: 0 }

/** An HTTPS server that counts its requests. */
async function startSecureVendor(options: ServerOptions) {
  let requests = 0
  const server = createHttpsServer(options, (_request, response) => {
    requests += 1
    response.end(JSON.stringify({ secret: secretOf(storno, 1) }))
  })
  return { ...(await listening(server)), requests: () => requests }
}

/** A port whose queue of connections is full, in a thread that takes none. */
async function fullPort(): Promise<number> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port)
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
    })`,
    { eval: true },
  )
  const [port] = (await once(worker, 'message')) as [number]
  const waiting = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
  closing({
    close: async () => {
      for (const socket of waiting) socket.destroy()
      await worker.terminate()
    },
  })
  return port
}

describe('a connection that is never made', () => {
  it.each(['http', 'https'])(
    'is given up at half of the time that a reply has, when %s gets no connection',
    async scheme => {
      const outcome = await createSecretAt(`${scheme}://127.0.0.1:${await fullPort()}`)
      expect(outcome).toMatchObject(unreachable)
      expect(outcome.millisecondsACall).toBeGreaterThan(250)
      expect(outcome.millisecondsACall).toBeLessThan(550)
    },
  )

  it('is given up at half of the time that a reply has, when TLS is never answered', async () => {
    const { port } = await listening(createServer())
    const outcome = await createSecretAt(`https://127.0.0.1:${port}`)
    expect(outcome).toMatchObject(unreachable)
    expect(outcome.millisecondsACall).toBeGreaterThan(250)
    expect(outcome.millisecondsACall).toBeLessThan(550)
  })

  it.each(['http://nowhere.invalid', 'https://nowhere.invalid', 'http://127.0.0.1:1', 'https://127.0.0.1:1'])(
    'leaves no intent: %s',
    async url => expect(await createSecretAt(url)).toMatchObject(unreachable),
  )
})

describe('a TLS failure', () => {
  it('is none but that: the server ends the connection, or speaks no TLS', async () => {
    const ending = await listening(createServer(socket => socket.once('data', () => socket.destroy())))
    const plain = await listening(createHttpServer((_request, response) => response.end('{}')))
    const garbage = await listening(createServer(socket => socket.write('220 mail.example ESMTP\r\n')))
    for (const { port } of [ending, plain, garbage]) {
      expect(await createSecretAt(`https://127.0.0.1:${port}`)).toMatchObject(unreachable)
    }
  })

  it('is a certificate that nobody trusts, to whose server no request is sent', async () => {
    const server = await startSecureVendor(selfSigned(addSeconds(new Date(), hour)))
    expect(await createSecretAt(`https://127.0.0.1:${server.port}`)).toMatchObject(unreachable)
    expect(server.requests()).toBe(0)
  })

  it.each([
    ['a certificate that has expired', -hour, '127.0.0.1', {}],
    ['a certificate for another name', hour, 'localhost', {}],
    ['a client without a certificate, in TLS 1.3', hour, '127.0.0.1', { requestCert: true }],
    ['a client without a certificate, in TLS 1.2', hour, '127.0.0.1', { requestCert: true, maxVersion: 'TLSv1.2' }],
    ['no version of TLS in common', hour, '127.0.0.1', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }],
  ] as const)('is %s, which leaves the vendor untouched', async (_what, seconds, host, options) => {
    const certificate = selfSigned(addSeconds(new Date(), seconds))
    const server = await startSecureVendor({ ...certificate, ciphers: 'DEFAULT@SECLEVEL=0', ...options })
    expect(await rotatedAt(`https://${host}:${server.port}`, certificate)).toBe('vendor-unreachable no')
    expect(server.requests()).toBe(0)
  })

  it('is not a server that is trusted', async () => {
    const certificate = selfSigned(addSeconds(new Date(), hour))
    const server = await startSecureVendor(certificate)
    expect(await rotatedAt(`https://127.0.0.1:${server.port}`, certificate)).toBe('rotated')
  })
})

/** What comes of a rotation at the URL, in a process that trusts the certificate. */
async function rotatedAt(url: string, { cert }: Certificate): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-hook-'))
  const file = join(folder, 'authority.pem')
  await writeFile(file, cert)
  const { stdout } = await runScript('test/unit/rotation-hook/fixtures/rotate-at.ts', [url], {
    NODE_EXTRA_CA_CERTS: file,
  })
  await rm(folder, { recursive: true })
  return stdout.trim()
}

describe('a fault of the credential', () => {
  it.each([
    ['it holds no token', Object.assign(new Error('no token'), { code: 'no-credentials' })],
    ['Secrets Manager refuses it', Object.assign(new Error('denied'), { code: 'AccessDenied' })],
  ])('leaves no intent: %s', async (_what, error) => {
    const rotatedSecret = modelSecret(secretOf(storno, 0))
    rotatedSecret.begin(token)
    const connection = { contract: storno, baseUrl: 'http://127.0.0.1:1', endpointId: 'ep_1', tenantId: 'tenant-1' }
    const credential = (): Promise<Secret> => Promise.reject(error)
    const vendor = httpVendor({
      ...connection,
      overlapSeconds: null,
      credential,
      timeoutMs: 600,
      now: () => new Date(),
    })
    const hook = rotationHook(modelDeps({ contract: storno, rotatedSecret, vendor }))
    await expect(hook(event('createSecret'))).rejects.toBe(error)
    expect(rotatedSecret.tags).toEqual({})
  })
})
