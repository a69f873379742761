import { detach, holderOf } from '../../support/memory/memory-rotated-secret'
import { addCaller } from '../callers'
import { traceStep } from '../world'
import type { HookBed, Rotation } from './bed'
import { runStep, type StepRun, steps } from './hook-run'

/** Speeds of what happens while other things do. */
const slowly = [0.01, 0.1, 1, 4]

/** Calls RotateSecret some time: once, or several times whatever happens meanwhile. The rest comes once a rotation ended. */
export function planRotations(bed: HookBed): void {
  const { toCome, plan, world } = bed
  const calls = plan.overlapping ? Math.ceil(toCome * world.random.pick([0.1, 1])) : Math.min(1, toCome)
  bed.toCome -= calls
  for (let call = 0; call < calls; call++) {
    const speed = world.random.pick(slowly)
    addCaller(world, {
      name: 'RotateSecret',
      speed,
      run: async () => undefined,
      ended: () => rotateSecret(bed),
    })
  }
}

/** RotateSecret. While another version is pending, that rotation is tried again, or cancelled for a new one. */
function rotateSecret(bed: HookBed): void {
  const pending = pendingToken(bed)
  if (pending !== null && bed.plan.whilePending === 'try-again') return tryRotation(bed, pending)
  beginRotation(bed)
}

/** A new rotation, whatever is pending. */
export function beginRotation(bed: HookBed): void {
  const token = String(bed.rotations.length + 1).padStart(32, 'r')
  detach(bed.rotatedSecret, 'AWSPENDING')
  bed.rotatedSecret.begin(token)
  tryRotation(bed, token)
}

/** The version of a rotation that is not complete; null: there is none. */
function pendingToken({ rotatedSecret }: HookBed): string | null {
  const pending = holderOf(rotatedSecret, 'AWSPENDING')
  return pending === null || pending === holderOf(rotatedSecret, 'AWSCURRENT') ? null : pending
}

/** The last rotation, where it is not done; null: it is. */
export function unfinishedToken({ rotatedSecret, rotations }: HookBed): string | null {
  const pending = holderOf(rotatedSecret, 'AWSPENDING')
  return rotations.find(({ token, state }) => token === pending && state !== 'done')?.token ?? null
}

/** Runs all steps, and the whole again after a failure, for as many tries as there are. */
export function tryRotation(bed: HookBed, token: string): void {
  const known = bed.rotations.find(rotation => rotation.token === token)
  if (known?.state === 'under-way') return
  const rotation: Rotation = known ?? { token, tries: 0, state: 'under-way' }
  if (known === undefined) bed.rotations.push(rotation)
  rotation.tries = bed.rough ? bed.plan.tries - 1 : 0
  rotation.state = 'under-way'
  traceStep(bed.world, 'rotation', () => token)
  runFrom(bed, rotation, 0)
}

function runFrom(bed: HookBed, rotation: Rotation, place: number): void {
  const step = steps[place]
  const { token } = rotation
  if (!isWanted(bed, token)) return end(bed, rotation, 'given-up')
  if (step === undefined)
    return end(bed, rotation, holderOf(bed.rotatedSecret, 'AWSCURRENT') === token ? 'done' : 'given-up')
  const goOn = (): void => runFrom(bed, rotation, place + 1)
  runStep(bed, {
    token,
    step,
    ended: isDone => (isDone ? onceMore(bed, { token, step, ended: goOn }) : tryAgain(bed, rotation)),
  })
  if (bed.plan.overlapping && isRepeated(bed)) runBeside(bed, { token, step })
}

/** One more run that nobody waits for. It may take its time. */
function runBeside(bed: HookBed, run: Pick<StepRun, 'token' | 'step'>): void {
  runStep(bed, { ...run, speed: bed.world.random.pick(slowly), ended: () => undefined })
}

/** Runs a step that is done once more, now and then. */
function onceMore(bed: HookBed, run: StepRun): void {
  if (isRepeated(bed)) runStep(bed, run)
  else run.ended(true)
}

function tryAgain(bed: HookBed, rotation: Rotation): void {
  rotation.tries -= 1
  if (rotation.tries < 0) end(bed, rotation, 'given-up')
  else runFrom(bed, rotation, 0)
}

function isWanted({ rotatedSecret }: HookBed, token: string): boolean {
  const labels = rotatedSecret.versions.get(token)?.labels ?? []
  return labels.includes('AWSPENDING') || labels.includes('AWSCURRENT')
}

function end(bed: HookBed, rotation: Rotation, state: Rotation['state']): void {
  rotation.state = state
  traceStep(bed.world, 'rotation', () => `${rotation.token} ${state}`)
  const { rough, plan, world } = bed
  const run = { token: rotation.token, step: world.random.pick(['createSecret', 'finishSecret'] as const) }
  if (!rough || !world.random.chance(plan.overlapping ? 0.5 : plan.repeatRate)) return planRotations(bed)
  if (!plan.overlapping) return runStep(bed, { ...run, ended: () => planRotations(bed) })
  runBeside(bed, run)
  planRotations(bed)
}

function isRepeated({ rough, plan, world }: HookBed): boolean {
  return rough && world.random.chance(plan.repeatRate)
}
