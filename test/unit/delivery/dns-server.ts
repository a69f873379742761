import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const typeA = 1

/** What the server does with a query for a name: `away` also where it is asked for the servers of the root. */
export type DnsReply = { readonly address: string } | 'silence' | 'no-such-name' | 'server-failure' | 'no-data'

export interface DnsServer {
  /** `127.0.0.1:<port>` */
  readonly address: string
  /** Names in the order of the queries for IPv4 addresses. */
  readonly asked: string[]
  /** The root's name is ''. */
  reply: (name: string, type: number) => DnsReply
  close(): Promise<void>
}

/** A DNS server on loopback. It knows that the root has no servers, and nothing else until it is told. */
export async function startDnsServer(reply: DnsServer['reply']): Promise<DnsServer> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const asked: string[] = []
  const server: DnsServer = {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    reply,
    close: async () => {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = questionOf(query)
    if (type === typeA) asked.push(name)
    const message = replyTo(query.subarray(0, end), server.reply(name, type), type)
    if (message !== null) socket.send(message, port, address)
  })
  return server
}

/** RFC 1035, section 4.1.2: labels with their lengths, then type and class. */
function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

const codes = { 'no-such-name': 3, 'server-failure': 2, 'no-data': 0 } as const

/** RFC 1035, section 4.1: the header, the question, and an address if there is one. Null: no reply at all. */
function replyTo(question: Buffer, reply: DnsReply, type: number): Buffer | null {
  if (reply === 'silence') return null
  const message = Buffer.from(question)
  const code = typeof reply === 'string' ? codes[reply] : 0
  const found = typeof reply === 'object' && type === typeA ? [addressRecord(reply.address)] : []
  message.writeUInt16BE(0x8180 + code, 2)
  message.writeUInt16BE(1, 4)
  message.writeUInt16BE(found.length, 6)
  message.writeUInt32BE(0, 8)
  return Buffer.concat([message, ...found])
}

function addressRecord(address: string): Buffer {
  const head = [0xc0, 0x0c, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4]
  return Buffer.from([...head, ...address.split('.').map(Number)])
}
