import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../src/contracts/keyturn'
import { addSeconds } from '../../../src/core/instant'
import { createEndpoint } from '../../../src/rotation/create'
import { readyAt } from '../../../src/rotation/due'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { abandonPublished, promotePublished } from '../../../src/rotation/promote'
import { rotateSecret } from '../../../src/rotation/rotate'
import { sweep, type SweepDeps } from '../../../src/rotation/sweep'
import { updateEndpoint } from '../../../src/rotation/update'
import { newCloud } from '../../simulator/cloud'
import { plainSettings } from '../../support/plain-settings'
import { sweepBed } from './sweep-bed'

const actor = { kind: 'api-key', id: 'ak_1' } as const
const consumers = ['111111111111']

/** An endpoint whose mirror somebody reads, with a key that waits to sign, and a mirror that can be out of reach. */
async function publishedBed(signing: 'published' | 'manual') {
  const mirror = { isDown: false, takenOver: 0 }
  const { services, state } = newCloud(all => ({
    ...all,
    mirror: {
      ...all.mirror,
      describe: (name, signal) =>
        mirror.isDown ? Promise.reject(new Error('down')) : all.mirror.describe(name, signal),
      takeOver: (name, signal) => {
        mirror.takenOver += 1
        return all.mirror.takeOver(name, signal)
      },
    },
  }))
  const bed = sweepBed(services)
  let drawn = 0
  const deps: SweepDeps = { ...bed.deps, randomBytes: count => Buffer.alloc(count, ++drawn) }
  const settings = { ...plainSettings, consumers }
  const about = { tenantId: 'acme', contract: keyturn, actor, id: 'ep_1', ownSecret: null, idempotency: null }
  await createEndpoint(deps, { ...about, settings, mostEndpoints: 2 })
  const load = async (): Promise<Endpoint> => {
    const endpoint = await services.store.load({ tenantId: 'acme', endpointId: 'ep_1' })
    if (endpoint === null) throw new Error('there is no endpoint')
    return endpoint
  }
  const choice = { overlapSeconds: null, ownSecret: null, reason: null, forced: false }
  const publish = { signing, leadSeconds: 600 }
  const request = { endpoint: await load(), contract: keyturn, actor, idempotency: null }
  await rotateSecret(deps, { ...request, choice: { ...choice, publish } })
  const pass = (seconds: number): void => {
    bed.clock.at = addSeconds(bed.clock.at, seconds)
  }
  const sweepOnce = () => sweep(deps, addSeconds(bed.clock.at, 50))
  return { ...bed, deps, state, mirror, load, pass, sweepOnce }
}

type Bed = Awaited<ReturnType<typeof publishedBed>>

/** The policy is written once more before, which is a sweep of its own. */
async function untilReady({ pass, sweepOnce, load }: Bed): Promise<void> {
  pass(604)
  await sweepOnce()
  expect((await load()).settling.policy?.dueAt).toBeNull()
  pass(2)
}

describe('a look that finds the mirror out of reach', () => {
  it('promotes nothing, and lets the lead begin anew once the mirror was looked at', async () => {
    const bed = await publishedBed('published')
    const { clock, mirror, load, pass, sweepOnce } = bed
    await untilReady(bed)
    mirror.isDown = true
    await sweepOnce()
    expect((await load()).published).not.toBeNull()
    expect(readyAt(await load())).toBeNull()
    mirror.isDown = false
    pass(60)
    await sweepOnce()
    const ready = readyAt(await load())
    expect(ready?.getTime()).toBeGreaterThan(addSeconds(clock.at, 600).getTime())
    pass(606)
    await sweepOnce()
    pass(60)
    await sweepOnce()
    expect((await load()).published).toBeNull()
  })

  it('leaves the mirror to those who read it, also where the key is given up then', async () => {
    const bed = await publishedBed('published')
    const { deps, state, mirror, load, sweepOnce } = bed
    await untilReady(bed)
    mirror.isDown = true
    await sweepOnce()
    mirror.isDown = false
    const endpoint = await load()
    const keyId = endpoint.published?.key.id ?? 'none'
    const request = { endpoint, contract: keyturn, actor, idempotency: null, keyId, overlapSeconds: 0 }
    await abandonPublished(deps, request)
    expect(mirror.takenOver).toBe(0)
    expect([...state.vault.secrets.values()].map(({ policy }) => policy)).toEqual([JSON.stringify(consumers)])
  })
})

describe('a mirror that is switched off while a key waits', () => {
  it('lets the lead begin anew: receivers may hold what they read until then', async () => {
    const { deps, load, pass } = await publishedBed('manual')
    pass(500)
    await updateEndpoint(deps, { endpoint: await load(), actor, change: { mirror: 'off' } })
    const promote = async () => {
      const endpoint = await load()
      const keyId = endpoint.published?.key.id ?? 'none'
      return promotePublished(deps, { endpoint, actor, idempotency: null, keyId, forced: false })
    }
    pass(600)
    await expect(promote()).rejects.toMatchObject({ code: 'too-early' })
    pass(6)
    await expect(promote()).resolves.toMatchObject({ replayed: false })
  })
})
