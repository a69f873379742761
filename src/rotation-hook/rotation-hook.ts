import * as v from 'valibot'
import { choosesSecret } from '../contracts/contract'
import { giveSecret } from './chosen-secret'
import { createSecret } from './create-secret'
import { finishSecret } from './finish-secret'
import { HookError } from './hook-error'
import type { HookDeps, RotatedSecretState, StepWork } from './ports'
import { testSecret } from './test-secret'
import { VendorError } from './vendor-failure'

/** Handles one event of a rotation in Secrets Manager. Every step can be repeated. */
export type RotationHook = (event: unknown) => Promise<void>

/** The consumer's side: Secrets Manager rotates, and each of its four steps comes here as an event. */
export function rotationHook(deps: HookDeps): RotationHook {
  return async event => {
    const parsed = parseHookEvent(event)
    const fields = { step: parsed.step, version: parsed.token, contract: deps.contract.name }
    try {
      await runStep(deps, parsed)
      deps.log.info('the step is done', fields)
    } catch (error) {
      deps.log.error('the step failed', { ...fields, code: codeOf(error) })
      throw error
    }
  }
}

/** Guards first, then the step. A version that is current already has only its finish to repeat. */
async function runStep(deps: HookDeps, event: HookEvent): Promise<void> {
  const work = guarded(event, await deps.rotatedSecret.describe(event.secretId))
  if (event.step === 'finishSecret') return finishSecret(deps, work)
  if (work.currentVersionId === work.token) return
  switch (event.step) {
    case 'createSecret':
      return createSecret(deps, work)
    case 'testSecret':
      return testSecret(deps, work)
    case 'setSecret':
      // Otherwise the vendor made the secret, so it has it.
      return choosesSecret(deps.contract) ? giveSecret(deps, work) : undefined
  }
}

/** @throws {HookError} `rotation-off`, `no-current-version`, `not-pending` */
function guarded({ secretId, token }: HookEvent, state: RotatedSecretState): StepWork {
  if (!state.rotationEnabled) throw new HookError('rotation-off', 'rotation is switched off for the secret')
  const currentVersionId = holderOf(state, 'AWSCURRENT')
  if (currentVersionId === null) throw new HookError('no-current-version', 'no version has AWSCURRENT')
  if (currentVersionId !== token && holderOf(state, 'AWSPENDING') !== token) {
    throw new HookError('not-pending', 'the version is not the pending one')
  }
  return { secretId, token, state, currentVersionId }
}

function holderOf({ labels }: RotatedSecretState, label: string): string | null {
  return Object.entries(labels).find(([, held]) => held.includes(label))?.[0] ?? null
}

function codeOf(error: unknown): string {
  if (error instanceof HookError || error instanceof VendorError) return error.code
  return error instanceof Error ? error.name : 'unknown'
}

/** AWS's documents and templates spell the steps in either way. */
const steps = {
  createSecret: 'createSecret',
  create_secret: 'createSecret',
  setSecret: 'setSecret',
  set_secret: 'setSecret',
  testSecret: 'testSecret',
  test_secret: 'testSecret',
  finishSecret: 'finishSecret',
  finish_secret: 'finishSecret',
} as const

type HookStep = (typeof steps)[keyof typeof steps]

interface HookEvent {
  readonly step: HookStep
  readonly secretId: string
  readonly token: string
}

const schema = v.object({
  Step: v.picklist(Object.keys(steps) as (keyof typeof steps)[]),
  SecretId: v.pipe(v.string(), v.minLength(1), v.maxLength(2048)),
  ClientRequestToken: v.pipe(v.string(), v.minLength(32), v.maxLength(64)),
})

/** The event without its `RotationToken`, which nothing here needs. @throws {HookError} `bad-event` */
function parseHookEvent(event: unknown): HookEvent {
  const parsed = v.safeParse(schema, event)
  if (!parsed.success) throw new HookError('bad-event', 'the event is none of the four rotation steps')
  const { Step, SecretId, ClientRequestToken } = parsed.output
  return { step: steps[Step], secretId: SecretId, token: ClientRequestToken }
}
