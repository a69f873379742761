import { describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import type { Fields } from '../../../src/core/log'
import { Secret } from '../../../src/core/secret'
import { settleGraceSeconds } from '../../../src/rotation/change'
import { mirrorState } from '../../../src/rotation/mirror'
import type { Mirror } from '../../../src/rotation/ports'
import { settleInRequest } from '../../../src/rotation/settle'
import { newCloud } from '../../simulator/cloud'
import { sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'
import { sweepBed } from './sweep-bed'

/** What becomes of an attempt's call that makes the mirror. `too-late`: it takes effect, and its time runs out. */
type Call = 'answered' | 'too-late' | 'refused'

const opened = new Map(['key_1', 'key_2'].map(id => [id, new Secret(`secret of ${id}`)]))
const { settings, settling } = sampleEndpoint()
const endpoint = sampleEndpoint({ settings: { ...settings, consumers: [] }, settling: { ...settling, revision: 1 } })

function named(name: string): Error {
  return Object.assign(new Error('it failed'), { name })
}

/** Settles in a request in which that becomes of one attempt's call after the other's. */
async function settledWith(...calls: readonly Call[]) {
  const { services } = newCloud()
  await services.store.create(endpoint, vacant)
  const begun: number[] = []
  const errors: (Fields | undefined)[] = []
  let runOut = new AbortController()
  const create: Mirror['create'] = async (version, signal) => {
    const call = calls[begun.length - 1]
    if (call === 'refused') throw named('AccessDeniedException')
    const outcome = await services.mirror.create(version, signal)
    if (call === 'too-late') {
      setImmediate(() => runOut.abort(named('TimeoutError')))
      await once(signal, 'abort')
      signal.throwIfAborted()
    }
    return outcome
  }
  const { deps } = sweepBed({ ...services, mirror: { ...services.mirror, create } })
  const timeout = (milliseconds: number): AbortSignal => {
    begun.push(milliseconds)
    runOut = new AbortController()
    return runOut.signal
  }
  const log = { ...deps.log, error: (_message: string, fields?: Fields) => void errors.push(fields) }
  const settled = await settleInRequest({ ...deps, timeout, log }, endpoint, opened)
  return { mirror: mirrorState(settled), begun, errors }
}

describe('settling within a request', () => {
  it('is done at the first attempt', async () => {
    expect(await settledWith('answered')).toEqual({ mirror: 'current', begun: [2000], errors: [] })
  })

  it('is finished at once by a second attempt where the time of the first ran out', async () => {
    const { mirror, begun, errors } = await settledWith('too-late', 'answered')
    expect({ mirror, attempts: begun.length, errors }).toEqual({ mirror: 'current', attempts: 2, errors: [] })
  })

  it('is left to the sweep after two attempts, before the sweep is asked for', async () => {
    const { mirror, begun, errors } = await settledWith('too-late', 'too-late')
    expect({ mirror, attempts: begun.length }).toEqual({ mirror: 'pending', attempts: 2 })
    expect(errors).toMatchObject([{ endpointId: 'ep_1', error: 'TimeoutError' }])
    expect(begun.reduce((sum, each) => sum + each)).toBeLessThan(settleGraceSeconds * 1000)
  })

  it('is left to the sweep after one that was refused', async () => {
    const { mirror, begun, errors } = await settledWith('refused', 'answered')
    expect({ mirror, attempts: begun.length }).toEqual({ mirror: 'pending', attempts: 1 })
    expect(errors).toMatchObject([{ error: 'AccessDeniedException' }])
  })
})
