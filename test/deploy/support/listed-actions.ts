import { readFileSync } from 'node:fs'

type Deployed = 'stage' | 'rotated-secret'

const section = /^## Permissions that a deploy needs$[^]*?^```\n([^]*?)^```$[^]*?^```\n([^]*?)^```$/m

/** What docs/operations.md says that a deploy needs, such as `kms:CreateKey`. */
export function listedActions(what: Deployed): readonly string[] {
  const [, ofStage = '', ofRotatedSecret = ''] = section.exec(readFileSync('docs/operations.md', 'utf8')) ?? []
  const list = what === 'stage' ? ofStage : ofRotatedSecret
  return list.split('\n').flatMap(line => {
    const [service = '', actions = ''] = line.split(': ')
    return actions.split(' ').flatMap(action => (action === '' ? [] : [`${service}:${action}`]))
  })
}

/**
 * What the emulator is not asked for, and AWS's service authorization reference says is needed: along with another action, for
 * a change that the test does not make, or for what is left out of its stack.
 */
export function neverAskedFor(what: Deployed): (action: string) => boolean {
  const patterns = what === 'stage' ? unasked : [...unasked, ...unaskedOfRotatedSecret]
  return action => patterns.some(pattern => pattern.test(action))
}

const unasked: readonly RegExp[] = [
  // Resources are made with their tags.
  /:(?:Tag|Untag)(?:Resource|Role|Queue)$/,
  // A function gets its role; KMS and API Gateway make roles of their own once in an account.
  /^iam:(?:PassRole|CreateServiceLinkedRole)$/,
  // API Gateway writes access logs.
  /^logs:(?:CreateLogDelivery|DeleteLogDelivery|DescribeResourcePolicies|GetLogDelivery|ListLogDeliveries|PutResourcePolicy|UpdateLogDelivery)$/,
  // Other changes than that of a contract.
  /^apigateway:(?:PATCH|PUT)$/,
  /^dynamodb:UpdateTable$/,
  /^iam:(?:PutRolePermissionsBoundary|DeleteRolePermissionsBoundary|UpdateAssumeRolePolicy)$/,
  /^kms:(?:PutKeyPolicy|UpdateAlias)$/,
  /^lambda:(?:PutFunctionConcurrency|DeleteFunctionConcurrency|UpdateEventSourceMapping)$/,
  // The emulator does not know it, nor the quota that is asked for before a function's share of it.
  /^lambda:(?:GetFunctionConcurrency|GetFunctionRecursionConfig|PutFunctionRecursionConfig)$/,
  // Only a stage that keeps its data is looked for by its queue.
  /^sqs:GetQueueUrl$/,
]

/** The example is applied once, without an address for its alarms. */
const unaskedOfRotatedSecret: readonly RegExp[] = [
  /^lambda:UpdateFunction(?:Code|Configuration)$/,
  /^secretsmanager:UpdateSecret$/,
  /^sns:(?:Subscribe|Unsubscribe|GetSubscriptionAttributes)$/,
]
