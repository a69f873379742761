import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { AwsError } from '../aws-error'
import { parseInput } from '../parse-input'
import { checkNotDeleted } from './deletion'
import * as members from './members'
import type { SecretsContext, SecretsOperation } from './operation'
import { pendingRotation, withPendingVersion } from './pending-version'
import { rotationRules } from './rotation-rules'
import type { RotationState, SecretState } from './secret-state'

const schema = v.object({
  SecretId: members.secretId,
  ClientRequestToken: v.optional(members.versionId),
  RotationLambdaARN: v.optional(v.pipe(v.string(), v.maxLength(2048))),
  RotationRules: v.optional(rotationRules),
  RotateImmediately: v.optional(v.boolean(), true),
})

type Input = v.InferOutput<typeof schema>

/**
 * Configures a secret's rotation and starts one, which goes on after the reply. Without `RotateImmediately` only its
 * function's testSecret runs, on a version that is taken away again. While another rotation is not complete, that one is
 * tried again instead.
 */
export const rotateSecret: SecretsOperation = async (context, input) => {
  const parsed = parseInput(schema, input)
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
