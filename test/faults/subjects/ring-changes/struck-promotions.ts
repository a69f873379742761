import { type Strike, strikes } from '../../strikes'
import type { RingBed } from './bed'
import { makeReadableLongAgo, published, type PublishedEndpoint } from './changes'

/** A promotion by the sweep, of which one call was struck. */
export interface StruckPromotion extends PublishedEndpoint {
  /** The call's name; null: none was struck. */
  readonly at: string | null
  readonly strike: Strike
  /** Whether the call came. */
  readonly struck: boolean
  /** Whether the run of the sweep ended with an error. */
  readonly failed: boolean
  /** The calls about the endpoint, by name. */
  readonly calls: readonly string[]
}

/** Every call of the sweep's promotion of one key, struck in each of these ways: one run of the sweep for each. */
export async function strikePromotions(bed: RingBed, ways: readonly Strike[]): Promise<readonly StruckPromotion[]> {
  const all: StruckPromotion[] = []
  for (const strike of ways) {
    const whole = await strikeOne(bed, { strike, at: null })
    all.push(whole)
    for (const at of whole.calls) all.push(await strikeOne(bed, { strike, at }))
  }
  return all
}

async function strikeOne(
  { rotate: { api, proxy }, sweepFunction, sweep: { store }, credentials: [credentials] }: RingBed,
  planned: Pick<StruckPromotion, 'at' | 'strike'>,
): Promise<StruckPromotion> {
  const { at, strike } = planned
  const endpoint = await published({ api, credentials }, 'published')
  await makeReadableLongAgo(store, endpoint.endpointId)
  const fault = { hits: (name: string) => name === at, strike: strikes[strike], kill: sweepFunction.kill }
  const watch = proxy.watch([endpoint.endpointId], { fault })
  const failed = await sweepFunction.run().then(
    () => false,
    () => true,
  )
  proxy.forget()
  return { ...endpoint, ...planned, struck: watch.struck, failed, calls: watch.calls.map(({ name }) => name) }
}
