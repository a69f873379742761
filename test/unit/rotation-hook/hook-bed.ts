import { expect } from '@jest/globals'
import type { Contract } from '../../../src/contracts/contract'
import { thesignup } from '../../../src/contracts/thesignup'
import type { HookDeps } from '../../../src/rotation-hook/ports'
import { rotationHook } from '../../../src/rotation-hook/rotation-hook'
import type { MemoryRotatedSecret } from '../../support/memory/memory-rotated-secret'
import { event, modelDeps, modelSecret, modelVendor, type ModelVendor, secretOf, token } from './model'

/** A secret whose rotation has begun, with a hook and a vendor in memory. */
export interface HookBed {
  readonly rotatedSecret: MemoryRotatedSecret
  readonly vendor: ModelVendor
  readonly run: (step: string, version?: string) => Promise<void>
}

export function bedFor(contract: Contract, change: (deps: HookDeps) => Partial<HookDeps> = () => ({})): HookBed {
  const rotatedSecret = modelSecret(secretOf(contract, 0))
  const vendor = modelVendor(contract)
  const deps = modelDeps({ contract, rotatedSecret, vendor })
  const hook = rotationHook({ ...deps, ...change(deps) })
  rotatedSecret.begin(token)
  return { rotatedSecret, vendor, run: (step, version = token) => hook(event(step, version)) }
}

/** A contract by which a second rotation ends the key that is retiring. */
export const replacing: Contract = { ...thesignup, secondRotation: { kind: 'replace' } }

/** The version of the rotation after the one that has begun. */
export const next = 'b'.repeat(32)

/** What a step throws that fails with this code. */
export const failing = (code: string) => expect.objectContaining({ code })
