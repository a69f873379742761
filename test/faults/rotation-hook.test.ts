import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as wait } from 'node:timers/promises'
import { Closers } from '../../local/closers'
import type { Contract } from '../../src/contracts/contract'
import type { LiveKeys } from '../support/live-keys'
import { seededContracts } from '../support/seeded-contracts'
import { everyStrike, type Strike } from './strikes'
import { type HookBed, startHookBed } from './subjects/rotation-hook/bed'
import { type StoredDocument, triesOfRotation } from './subjects/rotation-hook/consumer'
import { asksForSecret } from './subjects/rotation-hook/hook-function'
import { addGivenSecret, givenVendors, recordGiving, strikeGiving } from './subjects/rotation-hook/struck-gifts'
import {
  addRotatedEndpoint,
  expectedOf,
  recordCalls,
  type RotatedEndpoint,
  strikeEach,
} from './subjects/rotation-hook/struck-rotations'

// The hook's bundle, rotated by the embedded Secrets Manager at the local control plane. rotation-hook.sample.test.ts
// strikes the hook's ports instead, in models.

let bed: HookBed
const closers = new Closers()
beforeAll(async () => {
  bed = await startHookBed(closers)
})
afterAll(() => closers.close())

/** Strikes every call that a rotation without a fault makes. */
async function strikeAll(contract: Contract, way: Strike) {
  const rotated = await addRotatedEndpoint(bed, contract)
  const calls = await recordCalls(rotated)
  return { calls, way, struck: await strikeEach(rotated, way, calls) }
}

describe('a rotation in which one call is struck', () => {
  it.each(seededContracts)('heals at $name, whichever call it is, and locks nobody out on the way', async contract => {
    const all = await Promise.all(everyStrike.map(way => strikeAll(contract, way)))
    for (const { calls, way, struck } of all) {
      expect(calls.length).toBeGreaterThanOrEqual(14)
      expect(calls.filter(asksForSecret)).toHaveLength(1)
      expect(calls).toEqual(expect.arrayContaining(['PutSecretValue 1', 'UpdateSecretVersionStage 1']))
      expect({ way, struck }).toEqual({ way, struck: calls.map(at => expectedOf(contract, way, at)) })
    }
    process.stderr.write(`${contract.name}: ${all.map(({ struck }) => struck.length).join(' + ')} calls struck\n`)
  })
})

const vendors = Object.keys(givenVendors) as (keyof typeof givenVendors)[]

describe('a rotation at a vendor that makes no secret, in which one call is struck', () => {
  it.each(vendors)('heals at %s, whichever call it is, and receivers can read its secret all the way', async name => {
    for (const way of everyStrike) {
      const subject = await addGivenSecret(bed.consumer, name)
      const calls = await recordGiving(subject)
      expect(calls.length).toBeGreaterThanOrEqual(14)
      const struck = []
      for (const at of calls) struck.push(await strikeGiving(subject, way, at))
      const wanted = { struck: true, made: 1, healed: true, tags: [], lockedOut: [] }
      expect(struck).toEqual(calls.map(at => expect.objectContaining({ ...wanted, at })))
      process.stderr.write(`${name}: ${calls.length} calls struck\n`)
      await subject.forge.close()
    }
  })

  it.each(vendors)('gives %s one secret, though every step runs twice', async name => {
    const { secret, forge } = await addGivenSecret(bed.consumer, name, 2)
    const { signingSecret } = await secret.rotate()
    expect([forge.secret(), (await secret.describe()).tags]).toEqual([signingSecret, []])
    await forge.close()
  })
})

async function expectOneMore(
  { endpoint, secret }: RotatedEndpoint,
  before: LiveKeys,
  { signingSecret }: StoredDocument,
) {
  const after = await endpoint.live()
  expect(after.version).toBe(before.version + 1)
  expect(after.keys[0]?.secret).toBe(signingSecret)
  expect((await secret.describe()).tags).toEqual([])
}

describe('a rotation whose every step runs twice', () => {
  it.each(seededContracts)('makes one secret at $name', async contract => {
    const rotated = await addRotatedEndpoint(bed, contract, 2)
    const before = await rotated.endpoint.live()
    const document = await rotated.secret.rotate()
    const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'].flatMap(name => [name, name])
    expect(rotated.secret.steps).toEqual(steps.map(name => ({ name, failed: false })))
    await expectOneMore(rotated, before, document)
  })
})

describe('a rotation whose every try fails', () => {
  it.each(seededContracts)('stays pending at $name, and is tried again by the next RotateSecret', async contract => {
    const rotated = await addRotatedEndpoint(bed, contract)
    const { secret, endpoint } = rotated
    const before = await endpoint.live()
    const watch = secret.hook.watch({ strike: { way: 'killed-before', hits: asksForSecret } })
    const version = await secret.begin()
    while (secret.steps.length < triesOfRotation) await wait(10)
    expect(watch.calls().filter(asksForSecret)).toHaveLength(triesOfRotation)
    expect((await secret.describe()).labels[version]).toEqual(['AWSPENDING'])
    expect([await secret.current(), await endpoint.live()]).toEqual([endpoint.firstSecret, before])
    secret.hook.watch()
    await expect(secret.begin()).rejects.toMatchObject({ name: 'InvalidRequestException' })
    await expectOneMore(rotated, before, await secret.complete(version))
  })
})
