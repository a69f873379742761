import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { type Lookup, LookupFailed } from '../../../src/delivery/host-lookup'
import { type DeliveryRequest, httpSender, type Send } from '../../../src/delivery/http-sender'
import { collectGarbage } from '../../support/collect-garbage'
import { closeAfterEach } from '../aws/close-after-each'
import { type Receiver, startReceiver } from './receiver'

const clock = (): number => performance.now()
const local = httpSender({ insecureTargets: 'on', clock })
const guarded = httpSender({ insecureTargets: 'off', clock })

function to(url: string, over: Partial<DeliveryRequest> = {}): DeliveryRequest {
  return { url, headers: { 'content-type': 'application/json' }, body: '{"a":"ä"}', timeoutMs: 2000, ...over }
}

/** A lookup that gives these addresses, one list each time, the last for ever. */
function resolving(...answers: readonly (readonly string[])[]): Lookup {
  let lookups = 0
  return async () => {
    const addresses = answers[Math.min(lookups, answers.length - 1)] ?? []
    lookups += 1
    return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
}

function sendResolving(...answers: readonly (readonly string[])[]): Send {
  return httpSender({ insecureTargets: 'off', clock, lookup: resolving(...answers) })
}

describe('a delivery over HTTP', () => {
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await startReceiver()
  })
  afterEach(() => receiver.close())

  it('posts the headers and the body, and gives back the answer', async () => {
    receiver.answer = response => response.writeHead(202, { 'X-Trace': 'abc' }).end('thanks')
    const answer = await local(to(`${receiver.url}/hook?a=b`, { headers: { 'x-webhook-id': 'msg_1' } }))
    expect(answer).toMatchObject({ kind: 'reply', status: 202, headers: { 'x-trace': 'abc' }, body: 'thanks' })
    expect(receiver.received).toMatchObject([
      { path: '/hook?a=b', headers: { 'x-webhook-id': 'msg_1', 'content-length': '10' }, body: '{"a":"ä"}' },
    ])
  })

  it('does not follow redirects', async () => {
    receiver.answer = (response, { path }) =>
      path === '/' ? response.writeHead(302, { location: '/other' }).end() : response.end('followed')
    expect(await local(to(receiver.url))).toMatchObject({ status: 302 })
    expect(receiver.received).toHaveLength(1)
  })

  it('ends with all of its time, however long each part may take', async () => {
    receiver.answer = () => undefined
    expect(await local(to(receiver.url, { longestMs: 100 }))).toMatchObject({ kind: 'none', error: 'timeout' })
    const never: Lookup = (_name, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const send = httpSender({ insecureTargets: 'off', clock, lookup: never })
    expect(await send(to('https://receiver.example', { longestMs: 100 }))).toMatchObject({ kind: 'none' })
  })

  it('ends when the receiver does not answer in time', async () => {
    receiver.answer = () => undefined
    expect(await local(to(receiver.url, { timeoutMs: 100 }))).toMatchObject({ kind: 'none', error: 'timeout' })
  })

  it('ends the connection of a receiver that answers and never reads', async () => {
    const held: Socket[] = []
    const server = createServer(socket => {
      held.push(socket)
      socket.pause().write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const answer = await local(to(url, { body: ' '.repeat(16 * 1024 * 1024), timeoutMs: 30_000 }))
    expect(answer).toMatchObject({ kind: 'reply', status: 200, body: 'ok' })
    // It reads now, and sees the end, or the reset.
    const ends = held.map(
      socket => new Promise(resolve => socket.resume().once('error', resolve).once('close', resolve)),
    )
    const first = await Promise.race([Promise.all(ends), wait(5000, 'still open', { ref: false })])
    for (const socket of held) socket.destroy()
    server.close()
    expect(held).toHaveLength(1)
    expect(first).not.toBe('still open')
  })

  it('keeps nothing of a delivery in memory once it is answered, however long it might have taken', async () => {
    const deliveries = Array.from({ length: 20 }, () => to(receiver.url, { timeoutMs: 30_000 }))
    const kept = deliveries.map(delivery => new WeakRef(delivery))
    while (deliveries.length > 0) await local(deliveries.pop() ?? to(''))
    await collectGarbage()
    // The last one may still be in a register or in its connection.
    expect(kept.filter(reference => reference.deref() !== undefined).length).toBeLessThanOrEqual(2)
  })

  it('keeps the status of an answer whose body never ends, and reads it no longer than it may', async () => {
    receiver.answer = response => {
      const timer = setInterval(() => response.write('drip'), 10)
      response.once('close', () => clearInterval(timer))
    }
    const startedAt = performance.now()
    expect(await local(to(receiver.url, { timeoutMs: 200 }))).toMatchObject({ kind: 'reply', status: 200 })
    expect(performance.now() - startedAt).toBeLessThan(1500)
  })

  it('reads no more of a long body than it keeps', async () => {
    let written = 0
    receiver.answer = response => {
      const chunk = Buffer.alloc(64 * 1024, 'x')
      const more = (): void => {
        written += chunk.length
        if (written < 256 * 1024 * 1024 && !response.destroyed) response.write(chunk, () => setImmediate(more))
      }
      more()
    }
    const answer = await local(to(receiver.url))
    expect(answer).toMatchObject({ kind: 'reply', status: 200, body: 'x'.repeat(4096) })
    expect(written).toBeLessThan(64 * 1024 * 1024)
  })

  it('asks for no compression, and shows an answer that comes compressed as what it is', async () => {
    const body = gzipSync('{"error": "no"}')
    receiver.answer = response => response.writeHead(400, { 'content-encoding': 'gzip' }).end(body)
    const answer = await local(to(receiver.url, { headers: { 'accept-encoding': 'br' } }))
    expect(receiver.received).toMatchObject([{ headers: { 'accept-encoding': 'identity' } }])
    const shown = `[a body of ${body.length} bytes with content-encoding gzip]`
    expect(answer).toMatchObject({ kind: 'reply', status: 400, body: shown })
  })

  it('shows an answer as it is whose encoding is identity, and an empty one as empty', async () => {
    receiver.answer = response => response.writeHead(200, { 'content-encoding': 'Identity' }).end('ok')
    expect(await local(to(receiver.url))).toMatchObject({ body: 'ok' })
    receiver.answer = response => response.writeHead(200, { 'content-encoding': 'gzip' }).end()
    expect(await local(to(receiver.url))).toMatchObject({ body: '' })
  })

  it('leaves out a character that the end of what is kept cuts in two', async () => {
    receiver.answer = response => response.end(`a${'😀'.repeat(2000)}`)
    expect(await local(to(receiver.url))).toMatchObject({ body: `a${'😀'.repeat(1023)}` })
  })

  it('refuses an answer with more than 8 KiB of headers', async () => {
    receiver.answer = response => response.writeHead(200, { 'x-long': 'x'.repeat(9 * 1024) }).end()
    expect(await local(to(receiver.url))).toMatchObject({ kind: 'none', error: 'bad-response' })
  })

  it('sends again over a new connection when the receiver had closed the kept one', async () => {
    const send = httpSender({ insecureTargets: 'on', clock })
    receiver.answer = response => {
      const { socket } = response
      response.end('ok')
      // Closed only when the next request is on its way, so that the sender cannot have noticed.
      if (receiver.received.length === 1) socket?.once('data', () => socket.resetAndDestroy())
    }
    expect(await send(to(receiver.url))).toMatchObject({ status: 200 })
    expect(await send(to(receiver.url))).toMatchObject({ status: 200 })
  })
})

describe('what does not answer with HTTP', () => {
  const opened = closeAfterEach()

  async function startTcp(answer: (socket: Socket) => void): Promise<number> {
    const sockets = new Set<Socket>()
    const server = createServer(socket => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      answer(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    opened({
      close: async () => {
        for (const socket of sockets) socket.destroy()
        server.close()
        await once(server, 'close')
      },
    })
    return (server.address() as AddressInfo).port
  }

  it.each([
    ['bad-response', (socket: Socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    ['unreachable', (socket: Socket) => void socket.destroy()],
  ])('is %s', async (error, answer) => {
    const port = await startTcp(answer)
    expect(await local(to(`http://127.0.0.1:${port}`))).toMatchObject({ kind: 'none', error })
  })

  it('is bad-response where it switches to another protocol, and the connection ends', async () => {
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    const ended: Promise<unknown>[] = []
    const port = await startTcp(socket => {
      ended.push(once(socket, 'close'))
      socket.once('data', () => socket.write(switching))
    })
    expect(await local(to(`http://127.0.0.1:${port}`))).toMatchObject({ kind: 'none', error: 'bad-response' })
    expect(ended).toHaveLength(1)
    await Promise.all(ended)
  })

  it.each([
    ['never ends a header', 'HTTP/1.1 200 OK\r\nx-long: ', 'a'],
    ['never reads', null, ''],
  ])('is timeout where it %s', async (_name, start, more) => {
    const port = await startTcp(socket => {
      if (start === null) return void socket.pause()
      socket.once('data', () => {
        socket.write(start)
        const timer = setInterval(() => socket.write(more), 5)
        socket.once('close', () => clearInterval(timer))
      })
    })
    const request = to(`http://127.0.0.1:${port}`, { timeoutMs: 200, body: 'x'.repeat(20_000_000) })
    expect(await local(start === null ? request : { ...request, body: '{}' })).toMatchObject({
      kind: 'none',
      error: 'timeout',
    })
  })

  it('is tls where the handshake fails', async () => {
    const port = await startTcp(socket => void socket.end('HTTP/1.1 200 OK\r\n\r\n'))
    expect(await local(to(`https://127.0.0.1:${port}`))).toMatchObject({ kind: 'none', error: 'tls' })
  })

  it('is connection-refused where nothing listens', async () => {
    const receiver = await startReceiver()
    await receiver.close()
    expect(await local(to(receiver.url))).toMatchObject({ kind: 'none', error: 'connection-refused' })
    const named = receiver.url.replace('127.0.0.1', 'localhost')
    expect(await local(to(named))).toMatchObject({ kind: 'none', error: 'connection-refused' })
  })

  it('is connect-timeout where the TLS handshake never comes', async () => {
    const port = await startTcp(() => undefined)
    const request = to(`https://127.0.0.1:${port}`, { timeoutMs: 200 })
    expect(await local(request)).toMatchObject({ kind: 'none', error: 'connect-timeout' })
  })

  it('is bad-response where it says without end that the answer will come', async () => {
    const port = await startTcp(socket => {
      socket.once('data', () => {
        const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'), 2)
        socket.once('close', () => clearInterval(timer))
      })
    })
    expect(await local(to(`http://127.0.0.1:${port}`))).toMatchObject({ kind: 'none', error: 'bad-response' })
  })

  it('is answered all the same after as many informational replies as a receiver may need', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'.repeat(20)
    const body = 'x'.repeat(60_000)
    const port = await startTcp(socket => {
      socket.once('data', () => socket.end(`${hints}HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n${body}`))
    })
    expect(await local(to(`http://127.0.0.1:${port}`))).toMatchObject({ kind: 'reply', status: 200 })
  })

  it('is bad-response where the informational replies are long', async () => {
    const long = `HTTP/1.1 103 Early Hints\r\nLink: ${'x'.repeat(7000)}\r\n\r\n`.repeat(3)
    const port = await startTcp(socket => {
      socket.once('data', () => socket.write(`${long}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`))
    })
    expect(await local(to(`http://127.0.0.1:${port}`))).toMatchObject({ kind: 'none', error: 'bad-response' })
  })
})

describe('a delivery to an address that is not public', () => {
  it.each([
    '127.0.0.1',
    '127.255.0.9',
    '2130706433',
    '0x7f.1',
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.3.4',
    '192.168.1.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::a9fe:a9fe]',
    '[::2]',
    '[64:ff9b:1::7f00:1]',
    '[::ffff:0:7f00:1]',
    '[100::1]',
    '[200::1]',
    '[4000::1]',
    '[5f00::1]',
    '[fec0::1]',
    '[2001:db8::1]',
    '[2001::1]',
    '[3fff::1]',
  ])('is refused: https://%s', async host => {
    expect(await guarded(to(`https://${host}/`))).toMatchObject({ kind: 'none', error: 'refused-address' })
  })

  it.each([
    [['10.0.0.1']],
    [['93.184.215.14', '127.0.0.1']],
    [['::ffff:10.0.0.1']],
    [['64:ff9b::a00:1']],
    [['::7f00:1']],
    [['fe80::1%lo']],
  ])('is refused where the name leads to %p, if only among others', async addresses => {
    const answer = await sendResolving(addresses)(to('https://receiver.example/'))
    expect(answer).toMatchObject({ kind: 'none', error: 'refused-address' })
  })

  it('is refused when the name changes its mind after a look at it', async () => {
    const receiver = await startReceiver()
    const { port } = new URL(receiver.url)
    const lookup = resolving(['93.184.215.14'], ['127.0.0.1'])
    // Whoever looks the name up first and then connects by name gets the second answer.
    await lookup('receiver.example', new AbortController().signal)
    const send = httpSender({ insecureTargets: 'off', clock, lookup })
    const answer = await send(to(`https://receiver.example:${port}/`))
    expect(answer).toMatchObject({ kind: 'none', error: 'refused-address' })
    expect(receiver.open.most).toBe(0)
    await receiver.close()
  })

  it('connects to the very address that was checked: the name is looked up once', async () => {
    const receiver = await startReceiver()
    const { port } = new URL(receiver.url)
    let lookups = 0
    const lookup: Lookup = async (hostname, signal) => {
      lookups += 1
      return resolving([lookups === 1 ? '127.0.0.1' : '10.0.0.1'])(hostname, signal)
    }
    const send = httpSender({ insecureTargets: 'on', clock, lookup })
    expect(await send(to(`http://receiver.example:${port}/`))).toMatchObject({ status: 200 })
    expect(receiver.received).toHaveLength(1)
    expect(lookups).toBe(1)
    await receiver.close()
  })

  it.each(['10.0.0.1', '169.254.169.254', '[fe80::1]', '0.0.0.0'])(
    'is refused in a local run too, unless it is loopback: %s',
    async host => {
      expect(await local(to(`http://${host}/`))).toMatchObject({ kind: 'none', error: 'refused-address' })
    },
  )
})

describe('a delivery without TLS', () => {
  it.each(['http://receiver.example/', 'ftp://receiver.example/', 'file:///etc/passwd'])(
    'is refused: %s',
    async url => {
      expect(await guarded(to(url))).toMatchObject({ kind: 'none', error: 'insecure-url' })
    },
  )
})

describe('a name that cannot be looked up', () => {
  it.each(['unresolved', 'lookup-timeout'] as const)('is told apart from a receiver that is down: %s', async kind => {
    const lookup: Lookup = async () => Promise.reject(new LookupFailed(kind))
    const send = httpSender({ insecureTargets: 'off', clock, lookup })
    expect(await send(to('https://nowhere.example/'))).toMatchObject({ kind: 'none', error: kind })
  })
})
