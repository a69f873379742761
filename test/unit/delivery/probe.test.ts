import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { allContracts } from '../../../src/contracts/all'
import { keyturn } from '../../../src/contracts/keyturn'
import { matchesText } from '../../../src/contracts/secret-text'
import type { Secret } from '../../../src/core/secret'
import type { AttemptResult } from '../../../src/delivery/attempt'
import type { DeliveryRequest } from '../../../src/delivery/http-sender'
import { adoptionOf, type Check, probe, type ProbeDeps, type SignedBy } from '../../../src/delivery/probe'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { rotateSecret } from '../../../src/rotation/rotate'
import { lifeOf } from '../http/delivery-bed'
import { slow } from './held-answers'
import { signersOf } from './signers'
import { verifyWith } from './verifying'
import { actor, startWorld, tenantId, type World } from './world'

const answers = ['accepts', 'refuses', 'is busy', 'is silent'] as const
type Answer = (typeof answers)[number]

const statuses = { accepts: 200, refuses: 401, 'is busy': 503, 'is silent': null } as const

function check(signedBy: SignedBy, answer: Answer): Check {
  const error = { accepts: null, refuses: 'status', 'is busy': 'status', 'is silent': 'timeout' } as const
  const rest = { message: '', durationMs: 1, retryAfterSeconds: null, gone: false, response: '' }
  const result: AttemptResult = { error: error[answer], status: statuses[answer], ...rest }
  return { signedBy, result }
}

describe('what a receiver says that', () => {
  const expected: Readonly<Record<string, string>> = {
    'accepts the newest, refuses nobody': 'adopted',
    'accepts the newest, accepts nobody': 'accepts-anything',
    'refuses the newest, accepts previous': 'not-adopted',
    'is silent the newest, is silent nobody': 'unreachable',
    'is silent the newest, is silent previous': 'unreachable',
  }
  const seconds = ['nobody', 'previous'] as const
  const cases = answers.flatMap(newest => answers.flatMap(other => seconds.map(by => ({ newest, other, by }))))

  it.each(cases)('$newest the newest, $other $by', ({ newest, other, by }) => {
    const adoption = adoptionOf([check('newest', newest), check(by, other)])
    expect(adoption).toBe(expected[`${newest} the newest, ${other} ${by}`] ?? 'inconclusive')
  })

  it.each([408, 429, 502, 503, 504])('answers %i has said nothing about a signature', status => {
    const { result } = check('nobody', 'refuses')
    const unclear = { signedBy: 'nobody', result: { ...result, status } } as const
    expect(adoptionOf([check('newest', 'accepts'), unclear])).toBe('inconclusive')
  })
})

let world: World
let deps: ProbeDeps
beforeEach(async () => {
  world = await startWorld()
  deps = { ...world.rotation, ...world.deps }
})
afterEach(() => world.close())

const plainChoice = { overlapSeconds: null, ownSecret: null, reason: null, forced: false }

async function load({ id: endpointId, tenantId: owner }: Endpoint): Promise<Endpoint> {
  const endpoint = await world.rotation.store.load({ tenantId: owner, endpointId })
  if (endpoint === null) throw new Error('the endpoint is gone')
  return endpoint
}

async function rotate(endpoint: Endpoint): Promise<{ readonly endpoint: Endpoint; readonly secret: string }> {
  const request = { endpoint, contract: keyturn, actor, choice: plainChoice, idempotency: null }
  const { secret } = await rotateSecret(world.rotation, request)
  return { endpoint: await load(endpoint), secret: secret.reveal() }
}

describe('a probe', () => {
  it.each(allContracts.map(contract => [contract.name, contract] as const))(
    'of %s is signed by the newest key alone, then by a key that nobody has, in messages and events of their own',
    async (name, contract) => {
      const owner = '550e8400-e29b-41d4-a716-446655440000'
      const { endpoint, secret } = await world.addEndpoint(contract, {}, owner)
      verifyWith(world, name, secret)
      const probed = await probe(deps, { endpoint, contract, actor })
      expect(probed).toMatchObject({ adoption: 'adopted', keyId: endpoint.ring.keys[0].id })
      const signers = world.receiver.received.map(received => signersOf(name, received, [secret]))
      expect(signers).toEqual([[0], [-1]])
      const { items } = await deps.attempts.list(
        { tenantId: owner, endpointId: endpoint.id },
        { limit: 10, after: null },
      )
      expect(new Set(items.map(({ messageId }) => messageId)).size).toBe(2)
    },
  )

  it('says the key before where the newest is refused, each alone although several sign deliveries', async () => {
    const { endpoint: first, secret: before } = await world.addEndpoint()
    const { endpoint, secret } = await rotate(first)
    verifyWith(world, 'keyturn', before)
    const probed = await probe(deps, { endpoint, contract: keyturn, actor })
    expect(probed).toMatchObject({ adoption: 'not-adopted', keyId: endpoint.ring.keys[0].id })
    const signers = world.receiver.received.map(received => signersOf('keyturn', received, [secret, before]))
    expect(signers).toEqual([[0], [1]])
  })

  it('signs as nobody with a new secret of the contract’s own format', async () => {
    const { endpoint } = await world.addEndpoint()
    const made: Buffer[] = []
    const randomBytes = (count: number): Buffer => {
      const bytes = world.deps.randomBytes(count)
      made.push(bytes)
      return bytes
    }
    await probe({ ...deps, randomBytes }, { endpoint, contract: keyturn, actor })
    const texts = made.filter(({ length }) => length === 32).map(bytes => `whsec_${bytes.toString('base64')}`)
    expect(texts.map(text => matchesText(keyturn.secret, text))).toEqual([true])
    const [, forged] = world.receiver.received
    if (forged === undefined) throw new Error('nobody signed nothing')
    expect(signersOf('keyturn', forged, texts)).toEqual([0])
  })

  it('leaves health and pauses as they were, however the receiver answers', async () => {
    const { endpoint } = await world.addEndpoint()
    const life = lifeOf(endpoint)
    await world.publish('thing.happened')
    world.receiver.answer = response => response.writeHead(500).end()
    await world.drain()
    const before = await world.healthOf(endpoint)
    expect(before.consecutiveFailures).toBe(1)
    for (const status of [200, 410, 500]) {
      world.receiver.answer = response => response.writeHead(status).end()
      await probe({ ...deps }, { endpoint, contract: keyturn, actor })
      expect(await world.deps.health.load(life)).toEqual(before)
    }
  })

  it('gives each check half of its time, and ends at the receiver’s silence', async () => {
    const { endpoint } = await world.addEndpoint(keyturn, slow)
    const sent: DeliveryRequest[] = []
    const send: ProbeDeps['send'] = async request => {
      sent.push(request)
      return { kind: 'none', error: 'timeout', durationMs: 1 }
    }
    await probe({ ...deps, send }, { endpoint, contract: keyturn, actor })
    const longest = sent.map(({ timeoutMs, longestMs }) => ({ timeoutMs, longestMs }))
    expect(longest).toEqual([
      { timeoutMs: 7500, longestMs: 7500 },
      { timeoutMs: 7500, longestMs: 7500 },
    ])
    world.receiver.answer = () => undefined
    expect(await probe(deps, { endpoint, contract: keyturn, actor }, 200)).toMatchObject({
      adoption: 'unreachable',
      checks: [{ result: { error: 'timeout' } }, { signedBy: 'nobody', result: { error: 'timeout' } }],
    })
  })

  it('keeps to the endpoint’s own time limit where that is shorter', async () => {
    const { endpoint } = await world.addEndpoint(keyturn, { requestConfig: { timeoutMs: 1500, headers: {} } })
    const limits: number[] = []
    const send: ProbeDeps['send'] = request => {
      limits.push(request.timeoutMs)
      return deps.send(request)
    }
    await probe({ ...deps, send }, { endpoint, contract: keyturn, actor })
    expect(limits).toEqual([1500, 1500])
  })

  it('proves the endpoint that lives now, also where health is left of an earlier one with its id', async () => {
    const { endpoint, secret } = await world.addEndpoint()
    const earlier = { ...lifeOf(endpoint), incarnation: 'inc_before' }
    await world.deps.health.countUnattempted(earlier, world.deps.now())
    verifyWith(world, 'keyturn', secret)
    await probe(deps, { endpoint, contract: keyturn, actor })
    const stored = await world.deps.health.loadAny(earlier)
    expect(stored).toMatchObject({ incarnation: endpoint.incarnation, proofs: [{ adoption: 'adopted' }] })
  })

  it('proves nothing of an endpoint that was made anew meanwhile', async () => {
    const { endpoint } = await world.addEndpoint()
    const next = { ...lifeOf(endpoint), incarnation: 'inc_next' }
    const send: ProbeDeps['send'] = async request => {
      const { incarnation } = await world.deps.health.loadAny(next)
      if (incarnation === null) await world.deps.health.countUnattempted(next, world.deps.now())
      return deps.send(request)
    }
    await probe({ ...deps, send }, { endpoint, contract: keyturn, actor })
    expect(await world.deps.health.loadAny(next)).toMatchObject({ incarnation: 'inc_next', proofs: [] })
  })

  it('gives its slot back, also where it was held up here', async () => {
    const { endpoint } = await world.addEndpoint()
    const openKey = (): Promise<Secret> => Promise.reject(new Error('KMS is away'))
    for (let round = 0; round < 12; round += 1)
      await expect(probe({ ...deps, openKey }, { endpoint, contract: keyturn, actor })).rejects.toThrow('KMS is away')
    expect(await probe(deps, { endpoint, contract: keyturn, actor })).toMatchObject({ adoption: 'accepts-anything' })
  })
})

describe('the event of a proof that failed', () => {
  it('is on the bus before the reply, with what it came to, and there is none of one that did not fail', async () => {
    const { endpoint, secret } = await world.addEndpoint()
    const about = { endpoint, contract: keyturn, actor }
    const before = world.published.length
    verifyWith(world, 'keyturn', secret)
    await probe(deps, about)
    expect(world.published.slice(before)).toEqual([])
    verifyWith(world, 'keyturn')
    const { keyId, at } = await probe(deps, about)
    expect(world.published.slice(before)).toEqual([
      {
        type: 'secret.proof-failed',
        id: expect.stringMatching(/^prb_[0-9a-f]{24}$/),
        tenantId,
        endpointId: endpoint.id,
        contract: 'keyturn',
        keyId,
        version: 1,
        at,
        actor,
        reason: null,
        adoption: 'inconclusive',
      },
    ])
  })

  it('comes before the proof is kept: where the bus does not take it, nothing is, and who asked asks again', async () => {
    const { endpoint } = await world.addEndpoint()
    const events = { publish: () => Promise.reject(new Error('the bus is away')) }
    const about = { endpoint, contract: keyturn, actor }
    const refused = probe({ ...deps, events, log: world.deps.log }, about)
    await expect(refused).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
    const { proofs } = await world.deps.health.loadAny({ tenantId, endpointId: endpoint.id })
    expect(proofs).toEqual([])
    expect(world.logged).toContain('the event of a failed proof was not published')
  })
})
