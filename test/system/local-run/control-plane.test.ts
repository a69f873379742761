import { afterAll, beforeAll } from '@jest/globals'
import { canarySuite } from './canary-suite'
import { concurrencySuite } from './concurrency-suite'
import { ownEndpointsSuite } from './own-endpoints-suite'
import { ownRingsSuite } from './own-rings-suite'
import { refusalSuite } from './refusal-suite'
import { rotateSuite } from './rotate-suite'
import { type Setting, startSetting } from './setting'
import { vendorReadsSuite } from './vendor-reads-suite'

// One local run, all of it over the wire: what the vendors' pages and the API promise.

let started: Setting | null = null

function setting(): Setting {
  if (started === null) throw new TypeError('the local run has not started')
  return started
}

beforeAll(async () => {
  started = await startSetting()
})

afterAll(async () => {
  await started?.stop()
})

rotateSuite(setting)
vendorReadsSuite(setting)
refusalSuite(setting)
ownEndpointsSuite(setting)
ownRingsSuite(setting)
concurrencySuite(setting)
canarySuite(setting)
