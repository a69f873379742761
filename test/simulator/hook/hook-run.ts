import { Secret } from '../../../src/core/secret'
import type { HookDeps, RotatedSecret } from '../../../src/rotation-hook/ports'
import { rotationHook } from '../../../src/rotation-hook/rotation-hook'
import { contractVendor } from '../../../src/rotation-hook/vendor'
import type { SweepDeps } from '../../../src/rotation/sweep'
import { holderOf } from '../../support/memory/memory-rotated-secret'
import { addCaller } from '../callers'
import { callPort, clientMilliseconds } from '../network'
import type { Caller } from '../world'
import { baseUrl, type Disorder, endpointId, type HookBed, secretId, tenantId } from './bed'
import { checkCurrent, checkStoredDocument } from './check-states'
import { sendTo } from './vendor-connection'

export const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const
export type Step = (typeof steps)[number]

export interface StepRun {
  readonly token: string
  readonly step: Step
  /** As a caller's. */
  readonly speed?: number
  /** Told whether the step is done; a run that dies is not. */
  readonly ended: (isDone: boolean) => void
}

/** One run of the function, in a process of its own. */
export function runStep(bed: HookBed, { token, step, speed, ended }: StepRun): void {
  const event = { Step: step, SecretId: secretId, ClientRequestToken: token }
  if (bed.runs > 0) bed.record.disorder.add('overlapping-runs')
  bed.runs += 1
  addCaller<boolean>(bed.world, {
    name: step,
    ...(speed === undefined ? {} : { speed }),
    run: (caller, deps) =>
      rotationHook(hookDeps(bed, caller, { deps, token }))(event).then(
        () => true,
        () => false,
      ),
    ended: isDone => {
      bed.runs -= 1
      ended(isDone === true)
    },
  })
}

function hookDeps(
  bed: HookBed,
  caller: Caller,
  { deps, token }: { readonly deps: SweepDeps; readonly token: string },
): HookDeps {
  const { contract, overlapSeconds, lostReply } = bed.plan
  const { now, sleep, randomBytes } = deps
  const newRunId = (): string => randomBytes(8).toString('hex')
  const credential = async (): Promise<Secret> => new Secret('the-credential')
  const send = sendTo(bed, caller, token)
  const about = { contract, endpointId, tenantId, overlapSeconds }
  const vendor = contractVendor({ baseUrl, credential, send, now, ...about })
  const log = { info: () => undefined, error: noteCode(bed) }
  const rotatedSecret = rotatedSecretOf(bed, caller)
  const wired = { rotatedSecret, vendor, lostReply, newRunId, randomBytes, now, sleep, log, ...about }
  return bed.sabotage.hook?.(wired) ?? wired
}

function noteCode({ record, world }: HookBed): HookDeps['log']['error'] {
  return (message, { code }) => {
    world.trace?.(`  ${message}: ${code}`)
    if (message === 'the step failed' && typeof code === 'string') record.lastCode = code
  }
}

/** The consumer's secret as one run of the hook sees it: through the scheduler. */
function rotatedSecretOf(bed: HookBed, caller: Caller): RotatedSecret {
  const { world, rotatedSecret } = bed
  const call = <Reply>(name: string, input: readonly unknown[], effect: () => Promise<Reply>): Promise<Reply> =>
    callPort(world, caller, { name: `secret.${name}`, input, effect, signal: null })
  const change = <Reply>(
    name: string,
    input: readonly unknown[],
    { effect, late }: { readonly effect: () => Promise<Reply>; readonly late?: Disorder },
  ): Promise<Reply> => {
    const issuedAt = world.clock
    return call(name, input, () => {
      const isLate = caller.state !== 'running' || world.clock >= issuedAt + clientMilliseconds
      if (isLate && late !== undefined) bed.record.disorder.add(late)
      const reply = effect()
      checkCurrent(bed)
      return reply
    })
  }
  return {
    describe: id => call('describe', [], () => rotatedSecret.describe(id)),
    read: (id, versionId) => call('read', [versionId], () => rotatedSecret.read(id, versionId)),
    putPending: (id, versionId, document) =>
      change('putPending', [versionId], {
        effect: () => {
          checkStoredDocument(bed, versionId, document)
          if (holderOf(rotatedSecret, 'AWSPENDING') !== versionId) bed.record.disorder.add('put-out-of-turn')
          bed.record.latest = bed.record.asked
          return rotatedSecret.putPending(id, versionId, document)
        },
        late: 'late-put',
      }),
    moveCurrent: (id, move) => change('moveCurrent', [move], { effect: () => rotatedSecret.moveCurrent(id, move) }),
    tag: (id, name, value) =>
      change('tag', [name, value], { effect: () => rotatedSecret.tag(id, name, value), late: 'late-tag' }),
    untag: (id, name) => change('untag', [name], { effect: () => rotatedSecret.untag(id, name), late: 'late-tag' }),
  }
}
