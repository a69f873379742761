import { afterEach, describe, expect, it } from '@jest/globals'
import { createHmac } from 'node:crypto'
import { sampleTenantId } from '../../../../local/own-contracts'
import { allContracts, hookContracts } from '../../../../src/contracts/all'
import type { Contract } from '../../../../src/contracts/contract'
import { schemeOf } from '../../../../src/contracts/secret-key'
import { type Scheme, timestampedList, verify, type VerifyOptions } from '../../../../src/verify'
import { tumban } from '../../../../src/contracts/tumban'
import { allMadeUp } from '../../contracts/made-up/all-made-up'
import { examine, type Receiver, serve, stopServers } from './bed'
import { documentOf, liveSecrets, ringOfContract, type TestKey } from './keys'

// One fault at a time, in every scheme: a row that another fault answers for would prove nothing.

afterEach(stopServers)

interface Lenient extends Omit<VerifyOptions, 'scheme'> {
  readonly secrets: readonly string[]
  readonly scheme: Scheme
}

function byOurs(options: () => Lenient): Receiver {
  return ({ body, request }) => {
    const { secrets, ...rules } = options()
    try {
      verify(body, request.headers, secrets, rules)
      return { status: 204 }
    } catch {
      return { status: 401 }
    }
  }
}

/** What the exam of such a receiver finds. */
async function faultsFound(contract: Contract, fault: (good: Lenient) => Partial<Lenient>): Promise<readonly string[]> {
  const keys = ringOfContract(contract)
  let url = ''
  url = await serve(
    byOurs(() => {
      const good = { secrets: liveSecrets(keys), scheme: schemeOf(contract), url }
      return { ...good, ...fault({ ...good, secrets: keys.map(({ secret }) => secret) }) }
    }),
  )
  const isOwn = allMadeUp.includes(contract)
  const config = isOwn ? { config: `test/unit/contracts/made-up/${contract.name}.ts` } : {}
  const { wrong } = await examine(url, documentOf(keys, sampleTenantId(contract)), {
    contract: contract.name,
    ...config,
  })
  return wrong
}

const all = [...allContracts, ...hookContracts, ...allMadeUp]
/** One for each scheme that there is. */
const contracts = [...new Map(all.map(each => [JSON.stringify(schemeOf(each)), each] as const)).values()].map(
  each => [each.name, each] as const,
)

/** In a timestamped list, a time in the future is no fault. */
function rowsOfTime({ timestamp, signature, inBody }: Scheme): readonly string[] {
  if (signature.form === 'timestamped') return ['stale']
  return timestamp.length > 0 || inBody?.timestamp !== undefined ? ['stale', 'future'] : []
}

describe('a fault is found by its own row alone', () => {
  it.each(contracts)('where a receiver for %s takes any time', async (_, contract) => {
    const found = await faultsFound(contract, () => ({ toleranceSeconds: Number.MAX_VALUE }))
    expect(found).toEqual(rowsOfTime(schemeOf(contract)))
  })

  it.each(contracts)('where a receiver for %s goes on with an ended key', async (_, contract) => {
    expect(await faultsFound(contract, ({ secrets }) => ({ secrets }))).toEqual(['ended-key-1'])
  })

  it.each(contracts)('where a receiver for %s holds the newest key alone', async (_, contract) => {
    expect(await faultsFound(contract, ({ secrets }) => ({ secrets: secrets.slice(0, 1) }))).toEqual(['live-key-2'])
  })
})

describe('the key that is empty', () => {
  it.each(contracts)('is found with a receiver for %s', async (_, contract) => {
    const keys = ringOfContract(contract)
    const scheme = schemeOf(contract)
    let url = ''
    const good = byOurs(() => ({ secrets: liveSecrets(keys), scheme, url }))
    // One zero byte: HMAC pads with more of them.
    const empty = byOurs(() => ({ secrets: ['00'], scheme, url, keyBytes: { encoding: 'hex', prefix: '' } }))
    url = await serve(async arrived => {
      const reply = await good(arrived)
      return reply.status === 204 ? reply : empty(arrived)
    })
    const config = allMadeUp.includes(contract) ? { config: `test/unit/contracts/made-up/${contract.name}.ts` } : {}
    const options = { contract: contract.name, ...config }
    const { wrong } = await examine(url, documentOf(keys, sampleTenantId(contract)), options)
    expect(wrong).toEqual(['empty-key'])
  })

  it('signs as one zero byte does', () => {
    const [empty, zero] = ['', '\u0000'].map(key => createHmac('sha256', key).update('x').digest('hex'))
    expect(empty).toBe(zero)
  })
})

/** Takes the first, or the last, value of every header. */
function takingOneOf(contract: Contract, keys: readonly TestKey[], at: 0 | -1): Receiver {
  return ({ body, request }) => {
    const values = Object.entries(request.headersDistinct).map(([name, each = []]) => [name, each.at(at)] as const)
    try {
      verify(body, Object.fromEntries(values), liveSecrets(keys), { scheme: schemeOf(contract) })
      return { status: 204 }
    } catch {
      return { status: 401 }
    }
  }
}

describe('one of two values of a header', () => {
  const some = [...allContracts, ...hookContracts].map(each => [each.name, each] as const)

  it.each(some)(
    'is found with a receiver for %s that takes the first, and one that takes the last',
    async (_, contract) => {
      const keys = ringOfContract(contract)
      const foundWith = async (at: 0 | -1): Promise<readonly string[]> => {
        const url = await serve(takingOneOf(contract, keys, at))
        return (await examine(url, documentOf(keys, sampleTenantId(contract)), { contract: contract.name })).wrong
      }
      expect(await foundWith(0)).toEqual(['doubled-header-first'])
      expect(await foundWith(-1)).toEqual(['doubled-header-last'])
    },
  )

  it('is found in a timestamped list where the last is taken', async () => {
    const scheme = timestampedList({ header: 'stripe-signature' })
    const secret = 'a-secret-of-16-bytes'
    const url = await serve(({ body, request }) => {
      const header = request.headersDistinct['stripe-signature']?.at(-1) ?? ''
      try {
        verify(body, { 'stripe-signature': header }, secret, { scheme })
        return { status: 204 }
      } catch {
        return { status: 401 }
      }
    })
    expect((await examine(url, secret, { scheme: 'stripe' })).wrong).toEqual(['doubled-header-last'])
  })
})

describe('what only some schemes have', () => {
  it('is found where the weaker signature is enough', async () => {
    const { weaker: signature = schemeOf(tumban).signature, ...scheme } = schemeOf(tumban)
    const found = await faultsFound(tumban, () => ({ scheme: { ...scheme, signature, weaker: undefined } }))
    const ofTheStronger = ['other-scheme', 'changed-signature', 'cut-signature', 'weaker-alone']
    expect(found).toEqual([...ofTheStronger, 'doubled-header-first', 'doubled-header-last', 'other-tenant'])
  })

  it('is found where the delivery names the hash', async () => {
    const secret = 'a-secret-of-16-bytes'
    const url = await serve(({ body, request }) => {
      const [hash = '', given] = String(request.headers['x-hub-signature-256']).split('=')
      const isKnown = ['sha1', 'sha256'].includes(hash)
      const expected = isKnown ? createHmac(hash, secret).update(body).digest('hex') : ''
      return { status: given === expected ? 204 : 401 }
    })
    const { wrong } = await examine(url, secret, { contract: 'github-repository' })
    expect(wrong).toEqual(['other-scheme'])
  })

  it('is found where another URL does as well', async () => {
    const signing = allMadeUp.filter(({ signing: { signature } }) => signature.content.includes('{url}'))
    expect(signing.length).toBeGreaterThan(0)
    for (const contract of signing) {
      const keys = ringOfContract(contract)
      let url = ''
      const here = byOurs(() => ({ secrets: liveSecrets(keys), scheme: schemeOf(contract), url }))
      const there = byOurs(() => ({ secrets: liveSecrets(keys), scheme: schemeOf(contract), url: `${url}x` }))
      url = await serve(async arrived => {
        const reply = await here(arrived)
        return reply.status === 204 ? reply : there(arrived)
      })
      const config = `test/unit/contracts/made-up/${contract.name}.ts`
      const { wrong } = await examine(url, documentOf(keys), { contract: contract.name, config })
      expect(wrong).toEqual(['other-url'])
    }
  })
})
