import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { hostLookup, type Lookup } from '../../../src/delivery/host-lookup'
import { type DnsReply, type DnsServer, startDnsServer } from './dns-server'

const clock = (): number => performance.now()
const found = { address: '192.0.2.7' }
const known: Readonly<Record<string, DnsReply>> = {
  'good.example': found,
  'dead.example': 'silence',
  'broken.example': 'server-failure',
  'empty.example': 'no-data',
}

let server: DnsServer
let lookup: Lookup
beforeEach(async () => {
  server = await startDnsServer(name => known[name] ?? 'no-such-name')
  lookup = hostLookup({ clock, servers: [server.address], limitMs: 300 })
})
afterEach(() => server.close())

const going = (): AbortSignal => new AbortController().signal

describe('a lookup', () => {
  it('gives the addresses of a name', async () => {
    expect(await lookup('good.example', going())).toEqual([{ address: '192.0.2.7', family: 4 }])
  })

  it('gives the IPv4 addresses soon where nobody answers for IPv6 ones', async () => {
    server.reply = (_name, type) => (type === 28 ? 'silence' : found)
    const patient = hostLookup({ clock, servers: [server.address], limitMs: 20_000 })
    const startedAt = clock()
    expect(await patient('good.example', going())).toEqual([{ address: '192.0.2.7', family: 4 }])
    expect(clock() - startedAt).toBeLessThan(2000)
  })

  it('of localhost asks nobody', async () => {
    const addresses = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]
    expect(await lookup('localhost', going())).toEqual(addresses)
    expect(await lookup('a.localhost', going())).toEqual(addresses)
    expect(server.asked).toEqual([])
  })

  it.each([
    ['nowhere.example', 'unresolved'],
    ['empty.example', 'unresolved'],
    ['broken.example', 'unresolved'],
    ['dead.example', 'lookup-timeout'],
  ])('of %s fails: %s', async (name, kind) => {
    await expect(lookup(name, going())).rejects.toMatchObject({ kind })
  })

  it('ends when its signal does, and asks no more', async () => {
    const end = new AbortController()
    const patient = hostLookup({ clock, servers: [server.address], limitMs: 20_000 })
    const startedAt = clock()
    const looking = patient('dead.example', end.signal)
    setTimeout(() => end.abort(), 50)
    await expect(looking).rejects.toMatchObject({ name: 'AbortError' })
    expect(clock() - startedAt).toBeLessThan(2000)
  })
})

describe('a lookup that gets no reply', () => {
  it.each<DnsReply>(['silence', 'server-failure'])('is the resolver’s fault where that is away: %s', async reply => {
    server.reply = () => reply
    await expect(lookup('good.example', going())).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('is the resolver’s fault where nothing listens', async () => {
    await server.close()
    await expect(lookup('good.example', going())).rejects.toMatchObject({ code: 'unavailable' })
    server = await startDnsServer(() => 'silence')
  })

  it('is the name’s fault where another name was answered meanwhile', async () => {
    server.reply = name => (name === 'good.example' ? found : 'silence')
    const looking = lookup('dead.example', going())
    await lookup('good.example', going())
    await expect(looking).rejects.toMatchObject({ kind: 'lookup-timeout' })
  })

  it('is nobody’s where this process was busy instead', async () => {
    const looking = lookup('dead.example', going())
    const until = clock() + 3500
    while (clock() < until);
    await expect(looking).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('many lookups of names whose servers never answer', () => {
  it('hold up none of a name that is answered', async () => {
    const dead = Promise.allSettled(Array.from({ length: 50 }, () => lookup('dead.example', going())))
    const good = lookup('good.example', going())
    const first = await Promise.race([dead.then(() => 'dead'), good.then(() => 'good')])
    expect(first).toBe('good')
    await dead
  })
})
