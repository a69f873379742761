import { Secret } from '../../../src/core/secret'
import type { HookDeps } from '../../../src/rotation-hook/ports'
import { rotationHook } from '../../../src/rotation-hook/rotation-hook'
import { contractVendor } from '../../../src/rotation-hook/vendor'
import type { SweepDeps } from '../../../src/rotation/sweep'
import type { Caller } from '../world'
import { baseUrl, endpointId, type HookBed, secretId, tenantId } from './bed'
import { ownPort } from './own-port'
import { addProcess } from './process'
import { sendTo } from './vendor-connection'

export const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const
export type Step = (typeof steps)[number]

export interface StepRun {
  readonly token: string
  readonly step: Step
  /** As a process's. */
  readonly speed?: number
  /** Told whether the step is done; a run that dies is not. */
  readonly ended: (isDone: boolean) => void
}

/** One run of the function, in a process of its own. */
export function runStep(stage: HookBed, { token, step, speed, ended }: StepRun): void {
  const event = { Step: step, SecretId: secretId, ClientRequestToken: token }
  if (stage.runs > 0) stage.record.disorder.add('overlapping-runs')
  stage.runs += 1
  addProcess<boolean>(stage.world, {
    name: step,
    ...(speed === undefined ? {} : { speed }),
    work: (caller, deps) =>
      rotationHook(hookDeps(stage, caller, { deps, token }))(event).then(
        () => true,
        () => false,
      ),
    ended: isDone => {
      stage.runs -= 1
      ended(isDone === true)
    },
  })
}

function hookDeps(
  stage: HookBed,
  caller: Caller,
  { deps, token }: { readonly deps: SweepDeps; readonly token: string },
): HookDeps {
  const { contract, overlapSeconds, lostReply } = stage.plan
  const { now, sleep, randomBytes } = deps
  const newRunId = (): string => randomBytes(8).toString('hex')
  const credential = async (): Promise<Secret> => new Secret('the-credential')
  const send = sendTo(stage, caller, token)
  const about = { contract, endpointId, tenantId, overlapSeconds }
  const vendor = contractVendor({ baseUrl, credential, send, now, ...about })
  const log = { info: () => undefined, error: noteCode(stage) }
  const wired = { own: ownPort(stage, caller), vendor, lostReply, newRunId, now, sleep, log, ...about }
  return stage.sabotage.hook?.(wired) ?? wired
}

function noteCode({ record, world }: HookBed): HookDeps['log']['error'] {
  return (message, { code }) => {
    world.trace?.(`  ${message}: ${code}`)
    if (message === 'the step failed' && typeof code === 'string') record.lastCode = code
  }
}
