import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { members, secretIdInput, type SecretsContext, type SecretsOperation } from './operation'
import { checkNotDeleted, type RotationState, type SecretState } from './secret'
import { pendingVersion, withPendingVersion } from './versions'

// `RotateSecret` and `CancelRotateSecret`. The rotation itself runs after the reply, in `rotations.ts`.

const rotationRules = v.object({
  AutomaticallyAfterDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
  Duration: v.optional(v.pipe(v.string(), v.regex(/^[0-9]{1,2}h$/))),
  ScheduleExpression: v.optional(v.pipe(v.string(), v.regex(/^(?:rate|cron)\(.{1,200}\)$/))),
})

const rotateInput = v.object({
  SecretId: members.secretId,
  ClientRequestToken: v.optional(members.versionId),
  RotationLambdaARN: v.optional(v.pipe(v.string(), v.maxLength(2048))),
  RotationRules: v.optional(rotationRules),
  RotateImmediately: v.optional(v.boolean(), true),
})

type RotateInput = v.InferOutput<typeof rotateInput>

/**
 * Configures a secret's rotation and starts one, which goes on after the reply. With `RotateImmediately: false` only the
 * function's testSecret runs, on a version that is taken away again. While another rotation is not complete, that one is
 * tried again instead.
 */
export const rotateSecret: SecretsOperation = async (context, input) => {
  const parsed = parseInput(rotateInput, input)
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

function rotationOf({ rotations }: SecretsContext, { rotation }: SecretState, input: RotateInput): RotationState {
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
  const pending = pendingVersion(versions)
  if (pending === null || pending === token) return
  await store.change(arn, secret => ({ secret: { ...secret, rotation } }))
  rotations.start({ region, arn, token: pending })
  const message = "A previous rotation isn't complete. That rotation will be reattempted."
  throw new AwsError('InvalidRequestException', message)
}

/** Switches rotation off. A rotation under way stops before its next step, and leaves its version pending. */
export const cancelRotateSecret: SecretsOperation = async ({ store, now }, input) => {
  const { arn, name, versions } = await store.change(parseInput(secretIdInput, input).SecretId, secret => {
    checkNotDeleted(secret)
    if (secret.rotation === null) throw noFunction()
    return { secret: { ...secret, rotation: { ...secret.rotation, enabled: false }, changedAt: now } }
  })
  const pending = pendingVersion(versions)
  return { ARN: arn, Name: name, ...(pending === null ? {} : { VersionId: pending }) }
}

/** A secret whose rotation was never configured. */
function noFunction(): AwsError {
  return new AwsError('InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.')
}
