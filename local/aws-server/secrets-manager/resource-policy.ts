import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { members, secretIdInput, type SecretsOperation } from './operation'
import { checkNotDeleted } from './secret'

const putInput = v.object({
  SecretId: members.secretId,
  ResourcePolicy: v.pipe(v.string(), v.minLength(1), v.maxLength(20_480)),
  BlockPublicPolicy: v.optional(v.boolean(), false),
})

/** Sets the resource policy. It is kept and shown, but nothing here enforces it. */
export const putResourcePolicy: SecretsOperation = async ({ store, principals }, input) => {
  const { SecretId, ResourcePolicy: policy, BlockPublicPolicy } = parseInput(putInput, input)
  const document = parsePolicy(policy)
  if (principals !== null) checkPrincipals(document, principals)
  if (BlockPublicPolicy) checkNotPublic(document)
  const { arn, name } = await store.change(SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: { ...secret, policy } }
  })
  return { ARN: arn, Name: name }
}

export const getResourcePolicy: SecretsOperation = async ({ store }, input) => {
  const secret = await store.find(parseInput(secretIdInput, input).SecretId)
  checkNotDeleted(secret)
  const { arn, name, policy } = secret
  return { ARN: arn, Name: name, ...(policy === null ? {} : { ResourcePolicy: policy }) }
}

/** Removes the resource policy; without one nothing changes. */
export const deleteResourcePolicy: SecretsOperation = async ({ store }, input) => {
  const { arn, name } = await store.change(parseInput(secretIdInput, input).SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: secret.policy === null ? secret : { ...secret, policy: null } }
  })
  return { ARN: arn, Name: name }
}

const principal = v.union([v.string(), v.record(v.string(), v.union([v.string(), v.array(v.string())]))])
const statement = v.looseObject({
  Effect: v.picklist(['Allow', 'Deny']),
  Principal: v.optional(principal),
  Condition: v.optional(v.unknown()),
})
const policyDocument = v.looseObject({ Statement: v.union([v.pipe(v.array(statement), v.minLength(1)), statement]) })

type PolicyDocument = v.InferOutput<typeof policyDocument>

/** The policy in its outlines. @throws {AwsError} `MalformedPolicyDocumentException` */
function parsePolicy(text: string): PolicyDocument {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), policyDocument), text)
  if (parsed.success) return parsed.output
  throw new AwsError('MalformedPolicyDocumentException', 'This resource policy contains invalid Json.')
}

/**
 * Roles and users must exist; of an account, AWS looks no further than that its id is one.
 * @throws {AwsError} `MalformedPolicyDocumentException`, which does not say who is at fault
 */
function checkPrincipals(document: PolicyDocument, principals: readonly string[]): void {
  const named = statementsOf(document).flatMap(({ Principal = {} }) => Object.values(Principal).flat())
  const isKnown = (arn: string): boolean =>
    !/^arn:[\w-]+:iam::\d{12}:(?:role|user)\//.test(arn) || principals.includes(arn)
  if (named.every(isKnown)) return
  throw new AwsError('MalformedPolicyDocumentException', 'This resource policy contains an unsupported principal.')
}

function statementsOf({ Statement }: PolicyDocument): readonly v.InferOutput<typeof statement>[] {
  return Array.isArray(Statement) ? Statement : [Statement]
}

/** @throws {AwsError} `PublicPolicyException` when a statement allows everybody without a condition */
function checkNotPublic(document: PolicyDocument): void {
  for (const { Effect, Principal, Condition } of statementsOf(document)) {
    if (Effect === 'Allow' && Condition === undefined && isEverybody(Principal)) {
      throw new AwsError('PublicPolicyException', 'This resource policy grants broad access to your secret.')
    }
  }
}

function isEverybody(who: v.InferOutput<typeof principal> | undefined): boolean {
  if (who === undefined || typeof who === 'string') return who === '*'
  return Object.values(who).flat().includes('*')
}
