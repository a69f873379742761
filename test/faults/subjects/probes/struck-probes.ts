import * as v from 'valibot'
import { leaseItemKey } from '../../../../src/aws/item-keys'
import { decodeItem } from '../../../../src/aws/items'
import { getItem } from '../../../../src/aws/queries'
import type { Endpoint } from '../../../../src/rotation/endpoint'
import type { CalledReply } from '../../../support/api-caller'
import { anyBody } from '../../proxy'
import { type Strike, strikes } from '../../strikes'
import { addProbed, type ProbeBed, type ProbedEndpoint, type ReceiverKind } from './bed'

/** A probe of which one call was struck, and what that left behind. */
export interface StruckProbe {
  readonly kind: ReceiverKind
  readonly strike: Strike
  /** The call's name; null: none was struck. */
  readonly at: string | null
  readonly probed: ProbedEndpoint
  /** Whether the call came. */
  readonly struck: boolean
  /** By name. */
  readonly calls: readonly string[]
  readonly reply: CalledReply
  readonly left: Remains
  readonly repeat: CalledReply
  readonly leftByRepeat: Remains
}

/** What is stored about the endpoint. */
export interface Remains {
  readonly endpoint: Endpoint | null
  readonly health: unknown
  /** What is known of its keys. */
  readonly adoptions: readonly string[]
  /** When each slot that is held ends. */
  readonly held: readonly Date[]
  /** Attempts of probes, and all others. */
  readonly probes: number
  readonly others: number
  readonly deliveries: number
}

/** Every call of a probe, struck in each of these ways. */
export async function strikeProbes(
  bed: ProbeBed,
  kind: ReceiverKind,
  ways: readonly Strike[],
): Promise<readonly StruckProbe[]> {
  const all: StruckProbe[] = []
  for (const strike of ways) {
    const whole = await strikeOne(bed, { kind, strike, at: null })
    all.push(whole)
    for (const at of whole.calls) all.push(await strikeOne(bed, { kind, strike, at }))
  }
  return all
}

async function strikeOne(bed: ProbeBed, planned: Pick<StruckProbe, 'kind' | 'strike' | 'at'>): Promise<StruckProbe> {
  const { kind, strike, at } = planned
  const probed = await addProbed(bed, kind, `user:${kind}-${strike}-${at ?? 'none'}`.replaceAll(/[ /]/g, '-'))
  const fault = { hits: (name: string) => name === at, strike: strikes[strike], kill: bed.kill }
  const watch = bed.proxy.watch(anyBody, { fault })
  const reply = await probed.send()
  bed.proxy.forget()
  const left = await remainsOf(bed, probed)
  const repeat = await probed.send()
  const calls = watch.calls.map(({ name }) => name)
  return {
    ...planned,
    probed,
    struck: watch.struck,
    calls,
    reply,
    left,
    repeat,
    leftByRepeat: await remainsOf(bed, probed),
  }
}

async function remainsOf(
  { rotation, deliveries, table }: ProbeBed,
  { tenantId, endpointId }: ProbedEndpoint,
): Promise<Remains> {
  const address = { tenantId, endpointId }
  const [endpoint, stored, leases, attempts, recent] = await Promise.all([
    rotation.store.load(address),
    deliveries.health.loadAny(address),
    getItem(table, leaseItemKey(tenantId)),
    deliveries.attempts.list(address, { limit: 100, after: null }),
    deliveries.deliveries.recent(address, 10),
  ])
  const probes = attempts.items.filter(({ kind }) => kind === 'probe').length
  return {
    endpoint,
    health: stored.health,
    adoptions: stored.proofs.map(({ keyId, adoption }) => `${keyId} ${adoption}`),
    held: leases === null ? [] : Object.values(decodeItem(leaseMap, leases).leases).map(endOf),
    probes,
    others: attempts.items.length - probes,
    deliveries: recent.length,
  }
}

const leaseMap = v.object({ leases: v.record(v.string(), v.string()) })

/** A lease begins with its end. */
function endOf(lease: string): Date {
  return new Date(lease.split('#')[0] ?? '')
}
