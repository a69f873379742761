import { addSeconds } from '../../../src/core/instant'
import { mirrorName } from '../../../src/rotation/mirror'
import type { Mirror } from '../../../src/rotation/ports'
import { sweep } from '../../../src/rotation/sweep'
import { bearer, tenant } from './harness'
import { ownEndpoint } from './own-endpoint'

/** Our own endpoint, whose mirror these consumers can read, in a deployment that knows two reading accounts. */
export async function sharedEndpoint(consumers: readonly string[]) {
  const own = await ownEndpoint({ mirrorReaders: ['111111111111', '222222222222'] })
  const { deps, tables, clock, id, token, base, send, patch } = own
  const sweepNow = async () => {
    clock.now = addSeconds(clock.now, 6)
    await sweep({ ...deps, sleep: async () => undefined }, addSeconds(clock.now, 50))
  }
  await patch({ consumers })
  await sweepNow()
  const faults = { refusePolicies: false, calls: 0 }
  Object.assign(deps.mirror, countedAndRefused({ ...deps.mirror }, faults))
  const policy = () => tables.vault.secrets.get(mirrorName('test', tenant, id))?.policy
  const secretState = async () => (await send('GET', `${base}/secret`, bearer(token))).json
  return { ...own, sweepNow, faults, policy, secretState }
}

/** The calls that change policies, counted, and refused while that is asked for. */
function countedAndRefused(
  mirror: Mirror,
  faults: { refusePolicies: boolean; calls: number },
): Pick<Mirror, 'putPolicy' | 'removePolicy'> {
  const called = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    faults.calls += 1
    if (faults.refusePolicies) throw new Error('Secrets Manager is down')
    return call()
  }
  return {
    putPolicy: (policy, signal) => called(() => mirror.putPolicy(policy, signal)),
    removePolicy: (name, signal) => called(() => mirror.removePolicy(name, signal)),
  }
}
