import type { Statement } from '../../../../infra/iam-policy'
import { allows, type AwsCall, keyAllows } from './evaluate-policy'
import { resources, type Synthesised } from './synthesise'

export const accountId = '111122223333'
const region = 'eu-central-1'

/** The account as a principal. */
export const account = `arn:aws:iam::${accountId}:root`

/** Whether the function of this deployed name may make the call; its resource is an ARN, `ring` or `mirror`. */
export function mayCall(stack: Synthesised, deployedName: string, call: AwsCall): boolean {
  const policy = rolePolicy(stack, deployedName)
  if (call.resource !== 'ring' && call.resource !== 'mirror') return allows(policy, call)
  const caller = { role: `arn:aws:iam::${accountId}:role/${deployedName}-${region}`, account, policy }
  return keyAllows(keyPolicy(stack, call.resource), caller, call)
}

/** What the role of the function may do. */
export function rolePolicy(stack: Synthesised, deployedName: string): readonly Statement[] {
  const found = resources(stack, 'aws_iam_role_policy').find(policy => policy.name === deployedName)
  return statementsOf(stack, found?.policy)
}

/** Who may use the KMS key. */
export function keyPolicy(stack: Synthesised, key: 'ring' | 'mirror'): readonly Statement[] {
  const keys = Object.entries(stack.resource.aws_kms_key ?? {})
  return statementsOf(stack, keys.find(([id]) => id.endsWith(`_${key}`))?.[1].policy)
}

function statementsOf(stack: Synthesised, policy: unknown): readonly Statement[] {
  // Policies are written by `policyDocument`.
  return (JSON.parse(resolveArns(stack, String(policy))) as { Statement: Statement[] }).Statement
}

/** The text with every reference replaced by what AWS would make of it. @throws {RangeError} for any other reference */
function resolveArns(stack: Synthesised, text: string): string {
  return text.replaceAll(/\$\{(data\.)?(\w+)\.([\w-]+)\.(\w+)\}/g, (reference, data, type, id, attribute) => {
    const found = data === undefined ? resourceArn(stack, { type, id, attribute }) : ofAccount[attribute]
    if (found === undefined) throw new RangeError(`what is ${reference}?`)
    return found
  })
}

interface Reference {
  readonly type: string
  readonly id: string
  readonly attribute: string
}

function resourceArn(stack: Synthesised, { type, id, attribute }: Reference): string | undefined {
  const name = stack.resource[type]?.[id]?.name
  return attribute === 'arn' && typeof name === 'string' ? arnOf[type]?.(resolveArns(stack, name)) : undefined
}

const arnOf: Readonly<Record<string, (name: string) => string>> = {
  aws_dynamodb_table: name => `arn:aws:dynamodb:${region}:${accountId}:table/${name}`,
  aws_iam_role: name => `arn:aws:iam::${accountId}:role/${name}`,
  aws_cloudwatch_event_bus: name => `arn:aws:events:${region}:${accountId}:event-bus/${name}`,
  aws_cloudwatch_log_group: name => `arn:aws:logs:${region}:${accountId}:log-group:${name}`,
  aws_sqs_queue: name => `arn:aws:sqs:${region}:${accountId}:${name}`,
}

const ofAccount: Readonly<Record<string, string>> = {
  account_id: accountId,
  partition: 'aws',
  dns_suffix: 'amazonaws.com',
  region,
}
