import * as v from 'valibot'
import { AwsError } from '../aws-error'

const principal = v.union([v.string(), v.record(v.string(), v.union([v.string(), v.array(v.string())]))])
const statement = v.looseObject({
  Effect: v.picklist(['Allow', 'Deny']),
  Principal: v.optional(principal),
  Condition: v.optional(v.unknown()),
})
const schema = v.looseObject({ Statement: v.union([v.pipe(v.array(statement), v.minLength(1)), statement]) })

export type PolicyDocument = v.InferOutput<typeof schema>

/** The policy in its outlines. @throws {AwsError} `MalformedPolicyDocumentException` */
export function parsePolicy(text: string): PolicyDocument {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  if (parsed.success) return parsed.output
  throw new AwsError('MalformedPolicyDocumentException', 'This resource policy contains invalid Json.')
}

/** @throws {AwsError} `PublicPolicyException` when a statement allows everybody without a condition */
export function checkNotPublic({ Statement }: PolicyDocument): void {
  for (const { Effect, Principal, Condition } of Array.isArray(Statement) ? Statement : [Statement]) {
    if (Effect === 'Allow' && Condition === undefined && isEverybody(Principal)) {
      throw new AwsError('PublicPolicyException', 'This resource policy grants broad access to your secret.')
    }
  }
}

function isEverybody(who: v.InferOutput<typeof principal> | undefined): boolean {
  if (who === undefined || typeof who === 'string') return who === '*'
  return Object.values(who).flat().includes('*')
}
