import type { Statement } from '../../../../infra/function-statements'
import { allows, type Call, keyAllows } from './evaluate-policy'
import { accountId, resolveArns } from './resolve-arns'
import { resources, type Synthesised } from './synthesise'

export const account = `arn:aws:iam::${accountId}:root`

/** Whether the function of this deployed name may make the call; its resource is an ARN, `ring` or `mirror`. */
export function mayCall(stack: Synthesised, deployedName: string, call: Call): boolean {
  const policy = rolePolicy(stack, deployedName)
  if (call.resource !== 'ring' && call.resource !== 'mirror') return allows(policy, call)
  const caller = { role: `arn:aws:iam::${accountId}:role/${deployedName}`, account, policy }
  return keyAllows(keyPolicy(stack, call.resource), caller, call)
}

export function rolePolicy(stack: Synthesised, deployedName: string): readonly Statement[] {
  const found = resources(stack, 'aws_iam_role_policy').find(policy => policy.name === deployedName)
  return statementsOf(stack, found?.policy)
}

export function keyPolicy(stack: Synthesised, key: 'ring' | 'mirror'): readonly Statement[] {
  const keys = Object.entries(stack.resource.aws_kms_key ?? {})
  return statementsOf(stack, keys.find(([id]) => id.endsWith(`_${key}`))?.[1].policy)
}

function statementsOf(stack: Synthesised, policy: unknown): readonly Statement[] {
  // Policies are written by `policyDocument`.
  return (JSON.parse(resolveArns(stack, String(policy))) as { Statement: Statement[] }).Statement
}
