import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as wait } from 'node:timers/promises'
import { Closers } from '../../local/closers'
import type { Contract } from '../../src/contracts/contract'
import type { LiveKeys } from '../support/live-keys'
import { seededContracts } from '../support/seeded-contracts'
import { triesOfRotation } from './hook/consumer-bed'
import type { StoredDocument } from './hook/consumer-secret'
import { type HookBed, startHookBed } from './hook/hook-bed'
import { expectedOf, type Lane, newLane, recordCalls, strikeEach } from './hook/struck-rotations'
import { asksForSecret, type WireFault, wireFaults } from './hook/watched-hook'

// The hook's bundle, rotated by the embedded Secrets Manager at the local control plane.

let bed: HookBed
const closers = new Closers()
beforeAll(async () => {
  bed = await startHookBed(closers)
})
afterAll(() => closers.close())

/** Strikes every call that a rotation without a fault makes. */
async function strikeAll(contract: Contract, fault: WireFault) {
  const lane = await newLane(bed.stage, await bed.vendors.newEndpoint(contract))
  const calls = await recordCalls(lane)
  return { calls, fault, struck: await strikeEach(lane, fault, calls) }
}

describe('a rotation in which one call is struck', () => {
  it.each(seededContracts)('heals at $name, whichever call it is, and locks nobody out on the way', async contract => {
    const all = await Promise.all(wireFaults.map(fault => strikeAll(contract, fault)))
    for (const { calls, fault, struck } of all) {
      expect(calls.length).toBeGreaterThanOrEqual(14)
      expect(calls.filter(asksForSecret)).toHaveLength(1)
      expect(calls).toEqual(expect.arrayContaining(['PutSecretValue 1', 'UpdateSecretVersionStage 1']))
      expect({ fault, struck }).toEqual({ fault, struck: calls.map(at => expectedOf(contract, fault, at)) })
    }
    process.stderr.write(`${contract.name}: ${all.map(({ struck }) => struck.length).join(' + ')} calls struck\n`)
  })
})

async function expectOneMore({ endpoint, secret }: Lane, before: LiveKeys, { signingSecret }: StoredDocument) {
  const after = await endpoint.live()
  expect(after.version).toBe(before.version + 1)
  expect(after.keys[0]?.secret).toBe(signingSecret)
  expect((await secret.describe()).tags).toEqual([])
}

describe('a rotation whose every step runs twice', () => {
  it.each(seededContracts)('makes one secret at $name', async contract => {
    const lane = await newLane(bed.stage, await bed.vendors.newEndpoint(contract), 2)
    const before = await lane.endpoint.live()
    const document = await lane.secret.rotate()
    const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'].flatMap(name => [name, name])
    expect(lane.secret.steps).toEqual(steps.map(name => ({ name, failed: false })))
    await expectOneMore(lane, before, document)
  })
})

describe('a rotation whose every try fails', () => {
  it.each(seededContracts)('stays pending at $name, and is tried again by the next RotateSecret', async contract => {
    const lane = await newLane(bed.stage, await bed.vendors.newEndpoint(contract))
    const { secret, endpoint } = lane
    const before = await endpoint.live()
    const watch = secret.hook.watch({ fault: 'killed before it', hits: asksForSecret })
    const version = await secret.begin()
    while (secret.steps.length < triesOfRotation) await wait(10)
    expect(watch.calls().filter(asksForSecret)).toHaveLength(triesOfRotation)
    expect((await secret.describe()).labels[version]).toEqual(['AWSPENDING'])
    expect([await secret.current(), await endpoint.live()]).toEqual([endpoint.firstSecret, before])
    secret.hook.watch({ fault: 'killed before it', hits: () => false })
    await expect(secret.begin()).rejects.toMatchObject({ name: 'InvalidRequestException' })
    await expectOneMore(lane, before, await secret.complete(version))
  })
})
