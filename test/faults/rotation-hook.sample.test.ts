import { describe, expect, it } from '@jest/globals'
import { allContracts, hookContracts } from '../../src/contracts/all'
import { choosesSecret, type Contract } from '../../src/contracts/contract'
import { githubRepository } from '../../src/contracts/github'
import { keyturn } from '../../src/contracts/keyturn'
import { storno } from '../../src/contracts/storno'
import { teambattles } from '../../src/contracts/teambattles'
import { thesignup } from '../../src/contracts/thesignup'
import type { RotatedSecret, Vendor } from '../../src/rotation-hook/ports'
import { rotationHook, type RotationHook } from '../../src/rotation-hook/rotation-hook'
import type { MemoryRotatedSecret } from '../support/memory/memory-rotated-secret'
import {
  event,
  modelDeps,
  modelSecret,
  modelVendor,
  type ModelVendor,
  secretOf,
  steps,
  token,
  vendorError,
} from '../unit/rotation-hook/model'
import { everyStrike, type Strike, strikes } from './strikes'

// The hook's steps over models of its ports, in every order of strikes. rotation-hook.test.ts strikes the bundle's calls.

const contracts = [...allContracts, ...hookContracts]

/** What happens at which call, counted from 0 over both ports. */
type Plan = ReadonlyMap<number, Strike>

interface World {
  readonly contract: Contract
  readonly own: MemoryRotatedSecret
  readonly vendor: ModelVendor
  readonly hook: RotationHook
  /** The steps after which receivers had no key that the vendor signs with. */
  readonly lockedOut: string[]
  calls(): number
}

type Method = (...given: unknown[]) => unknown

/** Every method of both ports, struck by the plan. */
function worldOf(contract: Contract, plan: Plan): World {
  const own = modelSecret(secretOf(contract, 0))
  const vendor = modelVendor(contract)
  let calls = 0
  const faulty = <Port extends object>(port: Port, lost: () => Error): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, method]: [string, Method]) => [
        name,
        async (...given: unknown[]) => {
          const way = plan.get(calls)
          calls += 1
          if (way === undefined) return method(...given)
          if (strikes[way].takesEffect) await method(...given)
          throw strikes[way].killsCaller ? new Error('killed') : lost()
        },
      ]),
    ) as Port
  const ownPort: RotatedSecret = faulty(own, () => new Error('timeout'))
  const vendorPort: Vendor = faulty(vendor, () => vendorError('vendor-connection-lost', 'maybe', null))
  return {
    contract,
    own,
    vendor,
    hook: rotationHook(modelDeps({ contract, rotatedSecret: ownPort, vendor: vendorPort })),
    lockedOut: [],
    calls: () => calls,
  }
}

/** Secrets Manager's part: all steps in turn, and the whole again after a failure. */
async function rotate(world: World, tries: number): Promise<boolean> {
  world.own.begin(token)
  for (let made = 0; made < tries; made += 1) {
    if (await allSteps(world)) return true
  }
  return false
}

async function allSteps(world: World): Promise<boolean> {
  for (const step of steps) {
    const failed = await world.hook(event(step)).then(
      () => false,
      () => true,
    )
    if (locksOut(world)) world.lockedOut.push(step)
    if (failed) return false
  }
  return true
}

/**
 * With an overlap, what receivers have now must be one of the keys that the vendor signs with. Where the receiver chooses
 * the secret, they must find the vendor's in what is current or pending.
 */
function locksOut({ own, vendor, contract }: World): boolean {
  const current = labelled(own, 'AWSCURRENT')
  if (choosesSecret(contract)) return ![current, labelled(own, 'AWSPENDING')].join().includes(vendor.live()[0] ?? '')
  return contract.overlap.kind !== 'none' && !vendor.live().some(key => current.includes(key))
}

function labelled(own: MemoryRotatedSecret, label: string): string {
  return [...own.versions.values()].find(({ labels }) => labels.includes(label))?.text ?? ''
}

/** Whether receivers have the vendor's current secret, and no intent is left. */
function isDone({ own, vendor }: World): boolean {
  const current = JSON.parse(labelled(own, 'AWSCURRENT')) as { readonly signingSecret: string }
  const isCurrent = own.versions.get(token)?.labels.includes('AWSCURRENT') === true
  return isCurrent && current.signingSecret === vendor.live()[0] && Object.keys(own.tags).length === 0
}

async function callsWhereNoneIsStruck(contract: Contract): Promise<number> {
  const world = worldOf(contract, new Map())
  expect(await rotate(world, 1)).toBe(true)
  expect(isDone(world)).toBe(true)
  return world.calls()
}

/** Every plan that strikes one call. */
function singles(calls: number): readonly Plan[] {
  return Array.from({ length: calls }, (_, call) => everyStrike.map(way => new Map([[call, way]]))).flat()
}

/** Every plan that strikes two calls, the second of them anywhere in a rotation that is tried again. */
function pairs(calls: number): readonly Plan[] {
  return singles(calls).flatMap(first =>
    singles(calls * 2).flatMap(second => (keyOf(second) > keyOf(first) ? [new Map([...first, ...second])] : [])),
  )
}

function keyOf(plan: Plan): number {
  return [...plan.keys()][0] ?? 0
}

interface Broken {
  readonly plan: readonly unknown[]
  readonly why: string
}

/** The plans under which a rotation does not end as `wrong` wants it. */
async function broken(
  contract: Contract,
  choose: (calls: number) => readonly Plan[],
  wrong: (world: World, done: boolean) => string | null,
): Promise<readonly Broken[]> {
  const found: Broken[] = []
  for (const plan of choose(await callsWhereNoneIsStruck(contract))) {
    const world = worldOf(contract, plan)
    const why = wrong(world, await rotate(world, 6))
    if (why !== null) found.push({ plan: [...plan], why })
  }
  return found
}

function healed(world: World, done: boolean): string | null {
  if (!done || !isDone(world)) return 'receivers do not have the vendor’s secret'
  if (world.lockedOut.length > 0) return `locked out after ${world.lockedOut.join(', ')}`
  const isOnce = world.contract.vendorReplays || choosesSecret(world.contract)
  return isOnce && world.vendor.made() !== 1 ? 'the vendor made another secret' : null
}

describe('the hook, killed before or after a call or without its reply', () => {
  it.each(contracts)('ends with the secret that $name has, and locks nobody out on the way', async contract => {
    expect(await broken(contract, singles, healed)).toEqual([])
  })

  it.each([storno, teambattles, keyturn, githubRepository])(
    'does so at $name when it happens twice',
    async contract => {
      expect(await broken(contract, pairs, healed)).toEqual([])
    },
  )

  it('never rotates twice by itself where that ends the key that receivers have', async () => {
    const replacing: Contract = { ...thesignup, secondRotation: { kind: 'replace' } }
    const wrong = (world: World, done: boolean): string | null => {
      if (world.lockedOut.length > 0) return `locked out after ${world.lockedOut.join(', ')}`
      if (world.vendor.made() > 1) return 'the vendor made another secret'
      return done && !isDone(world) ? 'receivers do not have the vendor’s secret' : null
    }
    expect(await broken(replacing, pairs, wrong)).toEqual([])
  })
})

describe('every step, run twice', () => {
  it.each(contracts)('makes one secret at $name', async contract => {
    const world = worldOf(contract, new Map())
    world.own.begin(token)
    for (const step of steps) {
      await world.hook(event(step))
      await world.hook(event(step))
    }
    expect(isDone(world)).toBe(true)
    expect(world.vendor.made()).toBe(1)
  })
})
