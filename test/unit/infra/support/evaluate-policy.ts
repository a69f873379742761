import type { Statement, Conditions } from '../../../../infra/iam-policy'

/** One call to AWS, as IAM sees it. */
export interface AwsCall {
  readonly action: string
  readonly resource: string
  /** By condition key; a list where the key has several values. Absent keys are not part of the call. */
  readonly context: Readonly<Record<string, string | readonly string[]>>
}

/** Policies with `Allow` alone: a call is allowed when a statement covers action, resource and every condition. */
export function allows(statements: readonly Statement[], call: AwsCall): boolean {
  return statements.some(statement => covers(statement, call))
}

/**
 * Whether a key's policy lets the role in. A statement for the account counts as far as the role's own policy allows
 * the call as well.
 */
export function keyAllows(
  key: readonly Statement[],
  caller: { readonly role: string; readonly account: string; readonly policy: readonly Statement[] },
  call: AwsCall,
): boolean {
  const named = key.filter(statement => principalsOf(statement).includes(caller.role))
  const delegated = key.filter(statement => principalsOf(statement).includes(caller.account))
  const inKeyPolicy = { ...call, resource: '*' }
  return allows(named, inKeyPolicy) || (allows(delegated, inKeyPolicy) && allows(caller.policy, call))
}

function principalsOf({ Principal }: Statement): readonly string[] {
  if (Principal === undefined || !('AWS' in Principal)) return []
  return typeof Principal.AWS === 'string' ? [Principal.AWS] : Principal.AWS
}

function covers({ Effect, Action, Resource, Condition = {} }: Statement, call: AwsCall): boolean {
  if (Effect !== 'Allow') throw new RangeError('only statements that allow are understood')
  return (
    Action.some(action => like(call.action, action)) &&
    Resource.some(resource => like(call.resource, resource)) &&
    conditionsHold(Condition, call)
  )
}

function conditionsHold(conditions: Conditions, { context }: AwsCall): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, context[key], [wanted].flat())),
  )
}

function holds(operator: string, value: string | readonly string[] | undefined, wanted: readonly string[]): boolean {
  const values = value === undefined ? [] : [value].flat()
  switch (operator) {
    case 'Null':
      return wanted.includes(String(value === undefined))
    case 'Bool':
    case 'StringEquals':
      return values.length > 0 && values.every(each => wanted.includes(each))
    case 'StringLike':
      return values.length > 0 && values.every(each => wanted.some(pattern => like(each, pattern)))
    case 'ForAllValues:StringEquals':
      return values.every(each => wanted.includes(each))
    case 'ForAllValues:StringLike':
      return values.every(each => wanted.some(pattern => like(each, pattern)))
    default:
      throw new RangeError(`the operator ${operator} is not understood`)
  }
}

/** `*` stands for any characters, `?` for one. */
function like(text: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text)
}
