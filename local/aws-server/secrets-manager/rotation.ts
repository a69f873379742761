import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { holderOf } from './labels'
import * as members from './operation'
import type { SecretsContext, SecretsOperation } from './operation'
import { type RotationState, type SecretState, type SecretStore, checkNotDeleted } from './stored-secrets'
import { pendingRotation, withoutTestVersion, withPendingVersion } from './values'

/** When a secret rotates by itself: kept and shown, but nothing here watches the clock. */
export const rotationRules = v.object({
  AutomaticallyAfterDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
  Duration: v.optional(v.pipe(v.string(), v.regex(/^[0-9]{1,2}h$/))),
  ScheduleExpression: v.optional(v.pipe(v.string(), v.regex(/^(?:rate|cron)\(.{1,200}\)$/))),
})

const rotateSchema = v.object({
  SecretId: members.secretId,
  ClientRequestToken: v.optional(members.versionId),
  RotationLambdaARN: v.optional(v.pipe(v.string(), v.maxLength(2048))),
  RotationRules: v.optional(rotationRules),
  RotateImmediately: v.optional(v.boolean(), true),
})

type Input = v.InferOutput<typeof rotateSchema>

/**
 * Configures a secret's rotation and starts one, which goes on after the reply. Without `RotateImmediately` only its
 * function's testSecret runs, on a version that is taken away again. While another rotation is not complete, that one is
 * tried again instead.
 */
export const rotateSecret: SecretsOperation = async (context, input) => {
  const parsed = parseInput(rotateSchema, input)
  const before = await context.store.find(parsed.SecretId)
  checkNotDeleted(before)
  const rotation = rotationOf(context, before, parsed)
  const token = parsed.RotateImmediately ? (parsed.ClientRequestToken ?? randomUUID()) : randomUUID()
  await refuseDuringAnother(context, before, { rotation, token })
  const { arn, name } = await context.store.change(parsed.SecretId, secret => ({
    secret: { ...withPendingVersion(secret, token, context.now), rotation },
  }))
  const work = { region: context.region, arn, token }
  if (parsed.RotateImmediately) context.rotations.start(work)
  else context.rotations.test(work)
  return { ARN: arn, Name: name, ...(parsed.RotateImmediately ? { VersionId: token } : {}) }
}

function rotationOf({ rotations }: SecretsContext, { rotation }: SecretState, input: Input): RotationState {
  const functionArn = input.RotationLambdaARN ?? rotation?.functionArn
  if (functionArn === undefined) throw noFunction()
  if (!rotations.hasFunction(functionArn)) {
    throw new AwsError('AccessDeniedException', 'Secrets Manager cannot invoke the specified Lambda function.')
  }
  return { functionArn, rules: input.RotationRules ?? rotation?.rules ?? null, enabled: true }
}

/** @throws {AwsError} `InvalidRequestException` while another version is pending */
async function refuseDuringAnother(
  { store, rotations, region }: SecretsContext,
  { arn, versions }: SecretState,
  { rotation, token }: { readonly rotation: RotationState; readonly token: string },
): Promise<void> {
  const pending = pendingRotation(versions)
  if (pending === null || pending === token) return
  await store.change(arn, secret => ({ secret: { ...secret, rotation } }))
  rotations.start({ region, arn, token: pending })
  const message = "A previous rotation isn't complete. That rotation will be reattempted."
  throw new AwsError('InvalidRequestException', message)
}

/** A secret whose rotation was never configured. */
export function noFunction(): AwsError {
  return new AwsError('InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.')
}

const cancelSchema = v.object({ SecretId: members.secretId })

/** Switches rotation off. A rotation under way stops before its next step, and leaves its version pending. */
export const cancelRotateSecret: SecretsOperation = async ({ store, now }, input) => {
  const { arn, name, versions } = await store.change(parseInput(cancelSchema, input).SecretId, secret => {
    checkNotDeleted(secret)
    if (secret.rotation === null) throw noFunction()
    return { secret: { ...secret, rotation: { ...secret.rotation, enabled: false }, changedAt: now } }
  })
  const pending = pendingRotation(versions)
  return { ARN: arn, Name: name, ...(pending === null ? {} : { VersionId: pending }) }
}

export type RotationRules = v.InferOutput<typeof rotationRules>

/** The functions that Secrets Manager may invoke. */
export interface RotationFunctions {
  has(functionArn: string): boolean
  /** Rejects when the function failed. */
  invoke(functionArn: string, event: object): Promise<unknown>
  /** Between one try of a rotation and the next, which is whole again. After the last one the version stays pending. */
  readonly pausesMs: readonly number[]
}

/** The rotations under way. Nothing of them is kept: a restart forgets them, and `RotateSecret` tries them again. */
export interface Rotations {
  hasFunction(functionArn: string): boolean
  start(work: RotationWork): void
  /** Runs testSecret alone, then takes the work's version away. */
  test(work: RotationWork): void
  /** Resolves once nothing is under way. */
  close(): Promise<void>
}

export interface RotationsOptions {
  readonly functions: RotationFunctions
  /** The secrets of a region as they are now. */
  readonly storeOf: (region: string) => SecretStore
  readonly now: () => Date
}

export const noFunctions: RotationFunctions = {
  has: () => false,
  invoke: () => Promise.reject(new Error('there is no such function')),
  pausesMs: [],
}

export function openRotations(options: RotationsOptions): Rotations {
  const underWay = new Map<string, Promise<void>>()
  const closing = new AbortController()
  const begin = (work: RotationWork, run: () => Promise<void>): void => {
    const key = `${work.arn} ${work.token}`
    if (closing.signal.aborted || underWay.has(key)) return
    const ended = run().finally(() => underWay.delete(key))
    underWay.set(key, ended)
  }
  return {
    hasFunction: arn => options.functions.has(arn),
    start: work => begin(work, () => rotateUntilDone(options, work, closing.signal)),
    test: work => begin(work, () => testOnce(options, work)),
    close: async () => {
      closing.abort()
      await Promise.all(underWay.values())
    },
  }
}

async function rotateUntilDone(options: RotationsOptions, work: RotationWork, closing: AbortSignal): Promise<void> {
  for (const pauseMs of [...options.functions.pausesMs, null]) {
    if (closing.aborted || (await succeeds(() => runRotation(options, work, closing))) || pauseMs === null) return
    await delay(pauseMs, null, { signal: closing, ref: false }).catch(() => undefined)
  }
}

async function testOnce(options: RotationsOptions, work: RotationWork): Promise<void> {
  await succeeds(() => runTest(options, work))
  const store = options.storeOf(work.region)
  await succeeds(() => store.change(work.arn, secret => ({ secret: withoutTestVersion(secret, work.token) })))
}

/** What failed is in the function's own log. */
async function succeeds(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run()
    return true
  } catch {
    return false
  }
}

/** One rotation: of the secret, to the version. */
export interface RotationWork {
  readonly region: string
  readonly arn: string
  readonly token: string
}

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const

/**
 * Runs all steps, one after the other. Ends early where the rotation was cancelled, the version is no longer pending, or
 * the endpoint closes. Rejects when a step failed, or the last one left AWSCURRENT where it was.
 */
export async function runRotation(options: RotationsOptions, work: RotationWork, closing: AbortSignal): Promise<void> {
  const store = options.storeOf(work.region)
  for (const step of steps) {
    const secret = await store.find(work.arn)
    if (closing.aborted || !isWanted(secret, work.token)) return
    await invokeStep(options, { ...work, secret, step })
  }
  const { versions } = await store.find(work.arn)
  if (holderOf(versions, 'AWSCURRENT')?.id !== work.token) throw new Error('AWSCURRENT did not move')
  await store.change(work.arn, secret => ({ secret: { ...secret, lastRotatedAt: options.now() } }))
}

/** Runs testSecret alone. */
export async function runTest(options: RotationsOptions, work: RotationWork): Promise<void> {
  const secret = await options.storeOf(work.region).find(work.arn)
  await invokeStep(options, { ...work, secret, step: 'testSecret' })
}

function isWanted({ rotation, versions }: SecretState, token: string): boolean {
  const labels = versions.find(({ id }) => id === token)?.labels ?? []
  return rotation?.enabled === true && (labels.includes('AWSPENDING') || labels.includes('AWSCURRENT'))
}

async function invokeStep(
  { functions }: RotationsOptions,
  { secret, step, arn, token }: RotationWork & { readonly secret: SecretState; readonly step: string },
): Promise<void> {
  const event = { Step: step, SecretId: arn, ClientRequestToken: token }
  if (secret.rotation !== null) await functions.invoke(secret.rotation.functionArn, event)
}
