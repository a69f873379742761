import { afterAll, beforeAll } from '@jest/globals'
import { type ControlPlaneBed, startControlPlane } from './control-plane/bed'
import { canarySuite } from './control-plane/canary-suite'
import { concurrencySuite } from './control-plane/concurrency-suite'
import { ownEndpointsSuite } from './control-plane/own-endpoints-suite'
import { ownRingsSuite } from './control-plane/own-rings-suite'
import { refusalSuite } from './control-plane/refusal-suite'
import { rotateSuite } from './control-plane/rotate-suite'
import { vendorReadsSuite } from './control-plane/vendor-reads-suite'

// One local run, all of it over the wire: what the vendors' pages and the API promise.

let started: ControlPlaneBed | null = null

function bed(): ControlPlaneBed {
  if (started === null) throw new TypeError('the local run has not started')
  return started
}

beforeAll(async () => {
  started = await startControlPlane()
})

afterAll(async () => {
  await started?.stop()
})

rotateSuite(bed)
vendorReadsSuite(bed)
refusalSuite(bed)
ownEndpointsSuite(bed)
ownRingsSuite(bed)
concurrencySuite(bed)
canarySuite(bed)
