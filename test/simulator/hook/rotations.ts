import { detach, holderOf } from '../../support/memory/memory-rotated-secret'
import { traceStep } from '../world'
import type { HookBed, Rotation } from './bed'
import { runStep, type StepRun, steps } from './hook-run'
import { addProcess } from './process'

/** Speeds of what happens while other things do. */
const slowly = [0.01, 0.1, 1, 4]

/** Calls RotateSecret some time: once, or several times whatever happens meanwhile. The rest comes once a rotation ended. */
export function planRotations(stage: HookBed): void {
  const { toCome, plan, world } = stage
  const calls = plan.overlapping ? Math.ceil(toCome * world.random.pick([0.1, 1])) : Math.min(1, toCome)
  stage.toCome -= calls
  for (let call = 0; call < calls; call++) {
    const speed = world.random.pick(slowly)
    addProcess(world, {
      name: 'RotateSecret',
      speed,
      work: async () => undefined,
      ended: () => rotateSecret(stage),
    })
  }
}

/** RotateSecret. While another version is pending, that rotation is tried again, or cancelled for a new one. */
function rotateSecret(stage: HookBed): void {
  const pending = pendingToken(stage)
  if (pending !== null && stage.plan.whilePending === 'try-again') return tryRotation(stage, pending)
  beginRotation(stage)
}

/** A new rotation, whatever is pending. */
export function beginRotation(stage: HookBed): void {
  const token = String(stage.rotations.length + 1).padStart(32, 'r')
  detach(stage.own, 'AWSPENDING')
  stage.own.begin(token)
  tryRotation(stage, token)
}

/** The version of a rotation that is not complete; null: there is none. */
function pendingToken({ own }: HookBed): string | null {
  const pending = holderOf(own, 'AWSPENDING')
  return pending === null || pending === holderOf(own, 'AWSCURRENT') ? null : pending
}

/** The last rotation, where it is not done; null: it is. */
export function unfinishedToken({ own, rotations }: HookBed): string | null {
  const pending = holderOf(own, 'AWSPENDING')
  return rotations.find(({ token, state }) => token === pending && state !== 'done')?.token ?? null
}

/** Runs all steps, and the whole again after a failure, for as many tries as there are. */
export function tryRotation(stage: HookBed, token: string): void {
  const known = stage.rotations.find(rotation => rotation.token === token)
  if (known?.state === 'under-way') return
  const rotation: Rotation = known ?? { token, tries: 0, state: 'under-way' }
  if (known === undefined) stage.rotations.push(rotation)
  rotation.tries = stage.rough ? stage.plan.tries - 1 : 0
  rotation.state = 'under-way'
  traceStep(stage.world, 'rotation', () => token)
  runFrom(stage, rotation, 0)
}

function runFrom(stage: HookBed, rotation: Rotation, place: number): void {
  const step = steps[place]
  const { token } = rotation
  if (!isWanted(stage, token)) return end(stage, rotation, 'given-up')
  if (step === undefined) return end(stage, rotation, holderOf(stage.own, 'AWSCURRENT') === token ? 'done' : 'given-up')
  const goOn = (): void => runFrom(stage, rotation, place + 1)
  runStep(stage, {
    token,
    step,
    ended: isDone => (isDone ? onceMore(stage, { token, step, ended: goOn }) : tryAgain(stage, rotation)),
  })
  if (stage.plan.overlapping && isRepeated(stage)) runBeside(stage, { token, step })
}

/** One more run that nobody waits for. It may take its time. */
function runBeside(stage: HookBed, run: Pick<StepRun, 'token' | 'step'>): void {
  runStep(stage, { ...run, speed: stage.world.random.pick(slowly), ended: () => undefined })
}

/** Runs a step that is done once more, now and then. */
function onceMore(stage: HookBed, run: StepRun): void {
  if (isRepeated(stage)) runStep(stage, run)
  else run.ended(true)
}

function tryAgain(stage: HookBed, rotation: Rotation): void {
  rotation.tries -= 1
  if (rotation.tries < 0) end(stage, rotation, 'given-up')
  else runFrom(stage, rotation, 0)
}

function isWanted({ own }: HookBed, token: string): boolean {
  const labels = own.versions.get(token)?.labels ?? []
  return labels.includes('AWSPENDING') || labels.includes('AWSCURRENT')
}

function end(stage: HookBed, rotation: Rotation, state: Rotation['state']): void {
  rotation.state = state
  traceStep(stage.world, 'rotation', () => `${rotation.token} ${state}`)
  const { rough, plan, world } = stage
  const run = { token: rotation.token, step: world.random.pick(['createSecret', 'finishSecret'] as const) }
  if (!rough || !world.random.chance(plan.overlapping ? 0.5 : plan.repeatRate)) return planRotations(stage)
  if (!plan.overlapping) return runStep(stage, { ...run, ended: () => planRotations(stage) })
  runBeside(stage, run)
  planRotations(stage)
}

function isRepeated({ rough, plan, world }: HookBed): boolean {
  return rough && world.random.chance(plan.repeatRate)
}
