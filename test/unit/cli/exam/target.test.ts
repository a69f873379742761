import { afterEach, describe, expect, it } from '@jest/globals'
import type { LookupAddress } from 'node:dns'
import { exam } from '../../../../cli/exam/exam'
import { secretsVariable } from '../../../../cli/exam/secrets'
import { shownUrl, targetOf } from '../../../../cli/exam/target'
import { whsec } from '../../verify/secrets'
import { serve, stopServers } from './bed'

afterEach(stopServers)

const here: LookupAddress = { address: '127.0.0.1', family: 4 }
const here6: LookupAddress = { address: '::1', family: 6 }
const elsewhere: LookupAddress = { address: '192.0.2.1', family: 4 }

function leadsTo(...addresses: readonly LookupAddress[]) {
  return async () => addresses
}

describe('the loopback', () => {
  it.each([
    'http://127.0.0.1:8080/a',
    'http://127.8.9.10',
    'http://127.1',
    'http://2130706433',
    'http://[::1]:8080',
    'https://127.0.0.1',
  ])('is where %s leads, which needs no lookup', async url => {
    const lookup = async (): Promise<never> => Promise.reject(new Error('looked up'))
    const { addresses } = await targetOf(url, { isOwn: false, lookup })
    expect(['127.0.0.1', '127.8.9.10', '::1']).toContain(addresses[0]?.address)
  })

  it.each([
    'http://192.0.2.1',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://128.0.0.1',
    'http://126.255.255.255',
    'http://169.254.169.254',
    'http://[::]',
    'http://[::2]',
    'http://[::ffff:127.0.0.1]',
    'http://[fe80::1]',
    'http://example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://app.localhost',
    'http://localhost.',
  ])('is not where %s leads, wherever its name does', async url => {
    const refused = targetOf(url, { isOwn: false, lookup: leadsTo(here) })
    await expect(refused).rejects.toThrow(/is not this machine's loopback .* --yes-this-is-mine/)
  })

  it('is where localhost leads, when it leads nowhere else', async () => {
    const url = 'http://localhost:1'
    const both = await targetOf(url, { isOwn: false, lookup: leadsTo(here6, here) })
    expect(both.addresses).toEqual([here6, here])
    const refused = targetOf(url, { isOwn: false, lookup: leadsTo(here, elsewhere) })
    await expect(refused).rejects.toThrow(/localhost, which leads to 192\.0\.2\.1, is not this machine's loopback/)
    await expect(targetOf(url, { isOwn: false, lookup: leadsTo() })).rejects.toThrow(/leads to no address/)
  })

  it('does not matter where the caller says that the receiver is theirs', async () => {
    const lookup = leadsTo(elsewhere)
    expect(await targetOf('http://hooks.example', { isOwn: true, lookup })).toMatchObject({ addresses: [elsewhere] })
    expect(await targetOf('http://192.0.2.1', { isOwn: true, lookup })).toMatchObject({ addresses: [elsewhere] })
  })
})

describe('a URL', () => {
  it.each(['', 'localhost:8080', 'ftp://127.0.0.1', 'file:///etc/hosts', '/webhooks'])(
    'that is none of http or https is refused: %j',
    async url => {
      await expect(targetOf(url, { isOwn: true })).rejects.toThrow(/exam takes one URL of http or https/)
    },
  )

  it('with a password is refused, and none is printed with its query', async () => {
    await expect(targetOf('http://me:word@127.0.0.1', { isOwn: true })).rejects.toThrow(
      'the URL must have no user and no password',
    )
    expect(shownUrl(new URL('http://127.0.0.1:8080/a?token=word#b'))).toBe('http://127.0.0.1:8080/a')
  })
})

describe('a name', () => {
  it('is looked up once, and every delivery goes to what was found', async () => {
    const hosts = new Set<string | undefined>()
    const url = await serve(({ request }) => {
      hosts.add(request.headers.host)
      return { status: 204 }
    })
    const { port } = new URL(url)
    const answers = [[here], [elsewhere]]
    const { json } = await exam(
      {
        args: [`http://hooks.example:${port}/`],
        options: { contract: 'keyturn', yesThisIsMine: true },
        say: () => undefined,
      },
      { environment: { [secretsVariable]: whsec(1) }, lookup: async () => answers.shift() ?? [] },
    )
    expect(answers).toEqual([[elsewhere]])
    expect(json).toMatchObject({ url: `http://hooks.example:${port}/` })
    expect([...hosts]).toEqual([`hooks.example:${port}`])
  })
})
