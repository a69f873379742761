import * as v from 'valibot'
import { HookError } from './hook-error'

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

export type HookStep = (typeof steps)[keyof typeof steps]

export interface HookEvent {
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
export function parseHookEvent(event: unknown): HookEvent {
  const parsed = v.safeParse(schema, event)
  if (!parsed.success) throw new HookError('bad-event', 'the event is none of the four rotation steps')
  const { Step, SecretId, ClientRequestToken } = parsed.output
  return { step: steps[Step], secretId: SecretId, token: ClientRequestToken }
}
