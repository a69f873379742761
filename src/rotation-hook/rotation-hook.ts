import { createSecret } from './create-secret'
import type { HookDeps, StepWork } from './deps'
import { finishSecret } from './finish-secret'
import { HookError } from './hook-error'
import { parseHookEvent, type HookEvent } from './hook-event'
import type { OwnSecretState } from './own-secret'
import { testSecret } from './test-secret'
import { VendorError } from './vendor-error'

/** Handles one event of a rotation in Secrets Manager. Every step can be repeated. */
export type RotationHook = (event: unknown) => Promise<void>

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
  const work = guarded(event, await deps.own.describe(event.secretId))
  if (event.step === 'finishSecret') return finishSecret(deps, work)
  if (work.currentVersionId === work.token) return
  switch (event.step) {
    case 'createSecret':
      return createSecret(deps, work)
    case 'testSecret':
      return testSecret(deps, work)
    case 'setSecret':
      // The vendor made the secret, so it has it.
      return
  }
}

/** @throws {HookError} `rotation-off`, `no-current-version`, `not-pending` */
function guarded({ secretId, token }: HookEvent, state: OwnSecretState): StepWork {
  if (!state.rotationEnabled) throw new HookError('rotation-off', 'rotation is switched off for the secret')
  const currentVersionId = holderOf(state, 'AWSCURRENT')
  if (currentVersionId === null) throw new HookError('no-current-version', 'no version has AWSCURRENT')
  if (currentVersionId !== token && holderOf(state, 'AWSPENDING') !== token) {
    throw new HookError('not-pending', 'the version is not the pending one')
  }
  return { secretId, token, state, currentVersionId }
}

function holderOf({ labels }: OwnSecretState, label: string): string | null {
  return Object.entries(labels).find(([, held]) => held.includes(label))?.[0] ?? null
}

function codeOf(error: unknown): string {
  if (error instanceof HookError || error instanceof VendorError) return error.code
  return error instanceof Error ? error.name : 'unknown'
}
