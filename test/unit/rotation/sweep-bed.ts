import { addSeconds } from '../../../src/core/instant'
import type { Endpoint } from '../../../src/rotation/endpoint'
import type { SweepDeps } from '../../../src/rotation/sweep'
import type { Services } from '../../simulator/cloud'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

const { settings, ring } = sampleEndpoint()

/** An endpoint without a mirror that is due, and none of whose keys ends. */
export function dueEndpoint(id: string, over: Partial<Endpoint> = {}): Endpoint {
  const endless = { ...ring, keys: [ring.keys[0]] } as const
  return sampleEndpoint({ id, settings: { ...settings, mirror: 'off' }, ring: endless, dueAt: noon, ...over })
}

/** The changes are settled, and what is left to do has its time. */
export const planned = { settling: { revision: 2, mirrorVersionId: null, failures: 0, error: null } }

/** What a sweep at seven seconds past noon needs, on a clock that only its own pauses move. */
export function sweepBed(services: Services): { readonly deps: SweepDeps; readonly clock: { at: Date } } {
  const clock = { at: addSeconds(noon, 7) }
  const deps: SweepDeps = {
    ...services,
    stage: 'test',
    now: () => clock.at,
    randomBytes: count => Buffer.alloc(count),
    timeout: () => new AbortController().signal,
    sleep: async milliseconds => {
      clock.at = addSeconds(clock.at, milliseconds / 1000)
    },
    log: { info: () => undefined, error: () => undefined },
  }
  return { deps, clock }
}
