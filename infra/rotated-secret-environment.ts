import { Token, Tokenization } from 'cdktf'
import * as v from 'valibot'
import { emailAddress, logRetentionDays, recoveryWindowDays, rotationSchedule, secretName } from '../config/aws-limits'
import { ConfigError } from '../config/schema'
import { rotationHookVariables } from '../lambdas/environment'
import type { Contract } from '../src/contracts/contract'
import { connectionFaults } from '../src/rotation-hook/connection-faults'
import type { RotatedSecretProps } from './rotated-secret'

/**
 * What the function is told, checked as the function checks it when it starts. A value that Terraform will only know later
 * passes.
 * @throws {ConfigError} with a line for each member that the function would refuse to start with, or AWS to take
 */
export function rotatedSecretEnvironment(
  props: RotatedSecretProps,
  contract: Contract,
): Readonly<Record<string, string>> {
  const values = { ...props, contract: contract.name }
  const environment = Object.fromEntries(
    Object.entries(variables).flatMap(([variable, member]) => {
      const value = values[member]
      return value === undefined ? [] : [[variable, textOf(value)] as const]
    }),
  )
  const faults = new Map([...refusedByAws(props), ...malformed(environment), ...unfitForContract(props, contract)])
  const known = [...faults].filter(([member]) => member === 'name' || !isLater(values[member]))
  if (known.length > 0) throw new ConfigError(known.map(([member, message]) => `${member}: ${message}`))
  return environment
}

/** Each variable of the function, and the member that it is filled from. */
const variables = {
  CONTRACT: 'contract',
  BASE_URL: 'baseUrl',
  ENDPOINT_ID: 'endpointId',
  TENANT_ID: 'tenantId',
  CREDENTIALS_SECRET_ID: 'credentialsSecretArn',
  OVERLAP_SECONDS: 'overlapSeconds',
  LOST_REPLY: 'lostReply',
} as const satisfies Readonly<Record<string, keyof RotatedSecretProps>>

type Member = (typeof variables)[keyof typeof variables] | keyof typeof awsMembers.entries

function textOf(value: string | number): string {
  return typeof value === 'string' ? value : Tokenization.stringifyNumber(value)
}

type MemberFault = readonly [Member, string]

/** `name` is part of names that have to be known, and so may not come later. */
const awsMembers = v.object({
  name: secretName,
  schedule: rotationSchedule,
  recoveryWindowDays: v.optional(recoveryWindowDays),
  logRetentionDays: v.optional(logRetentionDays),
  alarmEmail: v.optional(emailAddress),
})

function refusedByAws(props: RotatedSecretProps): readonly MemberFault[] {
  const { issues = [] } = v.safeParse(awsMembers, props)
  return issues.flatMap(({ path, message }) => {
    const member = path?.[0].key
    return isAwsMember(member) ? [[member, message] as const] : []
  })
}

function isAwsMember(name: unknown): name is keyof typeof awsMembers.entries {
  return typeof name === 'string' && name in awsMembers.entries
}

function malformed(environment: Readonly<Record<string, string>>): readonly MemberFault[] {
  const { issues = [] } = v.safeParse(rotationHookVariables, environment)
  return issues.flatMap(({ path, message }) => {
    const variable = path?.[0].key
    return isVariable(variable) ? [[variables[variable], message] as const] : []
  })
}

function isVariable(name: unknown): name is keyof typeof variables {
  return typeof name === 'string' && name in variables
}

function unfitForContract(props: RotatedSecretProps, contract: Contract) {
  const { endpointId, tenantId = '', overlapSeconds, lostReply = null } = props
  const known = {
    contract,
    endpointId: ifKnown(endpointId),
    tenantId: ifKnown(tenantId),
    overlapSeconds: ifKnown(overlapSeconds),
    lostReply: ifKnown(lostReply),
  }
  return connectionFaults(known).map(({ member, message }): MemberFault => [member, message])
}

function ifKnown<Value>(value: Value): Value | undefined {
  return isLater(value) ? undefined : value
}

/** Whether Terraform will only know the value later: it is, or contains, a token of CDKTF or an expression of Terraform. */
function isLater(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === 'string' && value.includes('${'))
}
