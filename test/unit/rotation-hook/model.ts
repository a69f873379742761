import type { Contract } from '../../../src/contracts/contract'
import { addSeconds } from '../../../src/core/instant'
import { Secret } from '../../../src/core/secret'
import {
  defaultLostReplyRule,
  type HookDeps,
  type RotatedSecret,
  type Vendor,
  type VendorRotation,
} from '../../../src/rotation-hook/ports'
import { VendorError } from '../../../src/rotation-hook/vendor-failure'
import { madeAt, memoryRotatedSecret, type MemoryRotatedSecret } from '../../support/memory/memory-rotated-secret'

export const NOON = madeAt
export const secretId = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:consumer/vendor-AbCdEf'
export const firstVersion = '0'.repeat(32)
export const token = 'a'.repeat(32)

/** The secret that is rotated, with `text` as its AWSCURRENT. */
export function modelSecret(text: string): MemoryRotatedSecret {
  return memoryRotatedSecret(firstVersion, text)
}

export interface ModelVendor extends Vendor {
  /** The keys that it signs with at NOON, newest first. */
  live(): readonly string[]
  /** How often a new secret was made. */
  made(): number
}

/** A vendor in memory, by its contract's rules, which made one secret before: `secretOf(0)`. */
export function modelVendor(contract: Contract): ModelVendor {
  let live = [secretOf(contract, 0)]
  let made = 0
  const replays = new Map<string, string>()
  const rotatedTo = (secret: string): VendorRotation => {
    const previousExpiresAt = contract.overlap.kind === 'none' ? null : addSeconds(NOON, 86_400)
    const reply = { keyId: null, version: null, tenantId: null, rotatedAt: NOON, previousExpiresAt }
    return { ...reply, secret: new Secret(secret) }
  }
  return {
    live: () => live,
    made: () => made,
    rotate: async (key, sending) => {
      sending()
      const known = contract.vendorReplays ? replays.get(key) : undefined
      if (known !== undefined && known !== live[0]) throw vendorError('vendor-superseded', 'maybe', 409)
      if (known !== undefined) return rotatedTo(known)
      if (contract.secondRotation?.kind === 'keep' && live.length >= contract.secondRotation.maximumLiveKeys) {
        throw vendorError('vendor-conflict', 'no', 409)
      }
      made += 1
      const secret = secretOf(contract, made)
      replays.set(key, secret)
      live = contract.overlap.kind === 'none' ? [secret] : [secret, ...keptOf(contract, live)]
      return rotatedTo(secret)
    },
    give: async secret => {
      if (live[0] !== secret.reveal()) made += 1
      live = [secret.reveal()]
    },
    reveal: async () => null,
    look: async () => ({ hint: live[0]?.slice(-4) ?? null, mask: null }),
  }
}

function keptOf({ secondRotation }: Contract, live: readonly string[]): readonly string[] {
  return secondRotation?.kind === 'keep' ? live : live.slice(0, 1)
}

export function vendorError(code: VendorError['code'], rotated: 'no' | 'maybe', status: number | null): VendorError {
  return new VendorError(code, { rotated, status, retryAfterSeconds: null })
}

/** The vendor's nth secret, in the contract's format. */
export function secretOf({ secret: { prefix, encoding, bytes } }: Contract, n: number): string {
  return prefix + Buffer.alloc(bytes, n + 1).toString(encoding === 'hex' ? 'hex' : 'base64')
}

export interface Logged {
  readonly level: 'info' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, string | number | boolean>>
}

export interface ModelOptions {
  readonly contract: Contract
  readonly rotatedSecret: RotatedSecret
  readonly vendor: Vendor
  readonly logged?: Logged[]
  readonly slept?: number[]
}

export function modelDeps({ contract, rotatedSecret, vendor, logged = [], slept = [] }: ModelOptions): HookDeps {
  return {
    rotatedSecret,
    vendor,
    contract,
    endpointId: 'endpoint-1',
    tenantId: 'tenant-1',
    overlapSeconds: null,
    lostReply: defaultLostReplyRule(contract),
    newRunId: countingRuns(),
    randomBytes: countingBytes(),
    now: () => NOON,
    sleep: async milliseconds => void slept.push(milliseconds),
    log: {
      info: (message, fields) => void logged.push({ level: 'info', message, fields }),
      error: (message, fields) => void logged.push({ level: 'error', message, fields }),
    },
  }
}

/** Each call's bytes are one higher than those of the call before. */
function countingBytes(): (count: number) => Buffer {
  let calls = 0
  return count => Buffer.alloc(count, 0x40 + (calls += 1))
}

function countingRuns(): () => string {
  let runs = 0
  return () => `run-${(runs += 1)}`
}

export const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const

export function event(step: string, version = token): object {
  return { Step: step, SecretId: secretId, ClientRequestToken: version, RotationToken: 'rotation-token' }
}
