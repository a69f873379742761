import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group'
import { IamRole } from '@cdktf/provider-aws/lib/iam-role'
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy'
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { Construct } from 'constructs'
import type { Mount } from '../src/contracts/routes'
import { FunctionCode } from './function-code'
import { policyDocument, type Statement, type TrustStatement } from './function-statements'

/** The functions of a deployment. Each has a bundle, a role and a log group of its own. */
export const functionNames = ['rotate', 'endpoints', 'deliver', 'sweep'] as const
export type FunctionName = (typeof functionNames)[number]

export interface ControlPlaneFunctionProps {
  readonly name: string
  readonly bundle: string
  readonly mounts: readonly Mount[]
  readonly timeoutSeconds: number
  readonly logRetentionDays: number
}

export interface Deployment {
  readonly environment: Readonly<Record<string, string>>
  readonly statements: readonly Statement[]
  /** Absent: no VPC. */
  readonly vpc?: FunctionVpc
}

export interface FunctionVpc {
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
}

const memoryMegabytes = 512

/** A Lambda function with its code, its role and its log group. The role can do nothing until `deploy`. */
export class ControlPlaneFunction extends Construct {
  readonly role: IamRole
  readonly logs: CloudwatchLogGroup
  readonly #props: ControlPlaneFunctionProps

  constructor(scope: Construct, id: string, props: ControlPlaneFunctionProps) {
    super(scope, id)
    this.#props = props
    const { name, logRetentionDays } = props
    this.role = new IamRole(this, 'role', { name, assumeRolePolicy: policyDocument([assumedByLambda]) })
    this.logs = new CloudwatchLogGroup(this, 'logs', {
      name: `/aws/lambda/${name}`,
      retentionInDays: logRetentionDays,
    })
  }

  /** The function itself. Keys name roles in their policies and functions name keys, so the role comes first. */
  deploy({ environment, statements, vpc }: Deployment): LambdaFunction {
    const { name, bundle, mounts, timeoutSeconds } = this.#props
    const { logs } = this
    const policy = new IamRolePolicy(this, 'policy', {
      name,
      role: this.role.id,
      policy: policyDocument([...statements, writeLogs(logs.arn), trace]),
    })
    const code = new FunctionCode(this, 'code', { bundle, mounts })
    return new LambdaFunction(this, 'function', {
      functionName: name,
      role: this.role.arn,
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      handler: 'index.handler',
      filename: code.file,
      sourceCodeHash: code.sha256,
      memorySize: memoryMegabytes,
      timeout: timeoutSeconds,
      environment: { variables: { ...environment } },
      tracingConfig: { mode: 'Active' },
      loggingConfig: { logFormat: 'JSON', logGroup: logs.name, systemLogLevel: 'WARN' },
      ...(vpc === undefined
        ? {}
        : { vpcConfig: { subnetIds: [...vpc.subnetIds], securityGroupIds: [...vpc.securityGroupIds] } }),
      dependsOn: [policy],
    })
  }
}

const assumedByLambda: TrustStatement = {
  Sid: 'AssumedByLambda',
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: ['sts:AssumeRole'],
}

function writeLogs(logGroup: string): Statement {
  const Action = ['logs:CreateLogStream', 'logs:PutLogEvents']
  return { Sid: 'WriteLogs', Effect: 'Allow', Action, Resource: [`${logGroup}:*`] }
}

/** X-Ray has no resources to name. */
const trace: Statement = {
  Sid: 'Trace',
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: ['*'],
}
