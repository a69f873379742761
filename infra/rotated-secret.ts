import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission'
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret'
import { SecretsmanagerSecretRotation } from '@cdktf/provider-aws/lib/secretsmanager-secret-rotation'
import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version'
import { Construct } from 'constructs'
import { join, resolve } from 'node:path'
import { checkedContract } from '../config/mounts'
import type { Contract } from '../src/contracts/contract'
import type { LostReplyRule } from '../src/rotation-hook/ports'
import { ControlPlaneFunction, type FunctionVpc } from './control-plane-function'
import type { Statement } from './function-statements'
import { functionMetric } from './metrics'
import { Alarms } from './monitoring'
import { rotatedSecretEnvironment } from './rotated-secret-environment'

const packagedBundles = resolve(__dirname, '../functions')
/** Three calls to the vendor of 10 s each, and the pauses between them. */
const timeoutSeconds = 60

/** A vendor's webhook secret in Secrets Manager, which rotates it by the vendor's contract. */
export class RotatedSecret extends Construct {
  readonly secret: SecretsmanagerSecret
  readonly function: LambdaFunction
  readonly alarms: Alarms

  /** @throws {ConfigError} naming every member that the function would refuse to start with */
  constructor(scope: Construct, id: string, props: RotatedSecretProps) {
    super(scope, id)
    const { name, kmsKeyArn: kmsKeyId, alarmEmail: email } = props
    const plainName = name.replaceAll('/', '-')
    this.secret = new SecretsmanagerSecret(this, 'secret', {
      name,
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
      // The hook's intents are tags: taken away, they would let it rotate twice.
      lifecycle: { ignoreChanges: ['tags'] },
    })
    const first = this.#firstVersion()
    this.function = this.#deploy(plainName, props)
    const permission = new LambdaPermission(this, 'permission', {
      statementId: 'FromSecretsManager',
      action: 'lambda:InvokeFunction',
      functionName: this.function.functionName,
      principal: 'secretsmanager.amazonaws.com',
      sourceArn: this.secret.arn,
    })
    new SecretsmanagerSecretRotation(this, 'rotation', {
      secretId: this.secret.id,
      rotationLambdaArn: this.function.arn,
      rotateImmediately: props.rotateImmediately ?? false,
      rotationRules: { scheduleExpression: props.schedule },
      dependsOn: [permission, first],
    })
    this.alarms = new Alarms(this, 'alarms', { name: plainName, alarms: alarmsOf(this.function.functionName), email })
  }

  /**
   * What stands there before the first rotation. Its own label keeps Secrets Manager from ever dropping the version, and
   * Terraform, should it put it again, from moving AWSCURRENT.
   */
  #firstVersion(): SecretsmanagerSecretVersion {
    return new SecretsmanagerSecretVersion(this, 'first', {
      secretId: this.secret.id,
      secretString: '{"keyturn":"not rotated yet"}',
      versionStages: ['KEYTURN_FIRST'],
      lifecycle: { ignoreChanges: ['version_stages', 'secret_string'] },
    })
  }

  #deploy(name: string, props: RotatedSecretProps): LambdaFunction {
    const { bundles = packagedBundles, logRetentionDays = 30, vpc } = props
    const contract = checkedContract(props.contract, 'contract')
    const environment = rotatedSecretEnvironment(props, contract)
    const hook = new ControlPlaneFunction(this, 'hook', {
      name: `${name}-rotation`,
      bundle: join(resolve(bundles), 'rotation-hook', 'index.js'),
      mounts: [{ contract, basePath: '' }],
      timeoutSeconds,
      logRetentionDays,
    })
    return hook.deploy({
      environment,
      statements: rotatedSecretStatements(this.secret.arn, props),
      ...(vpc === undefined ? {} : { vpc }),
    })
  }
}

/** A step that fails is an error of the function. */
function alarmsOf(functionName: string) {
  const rung = { threshold: 1, periods: 1 }
  return [
    {
      id: 'rotation-failed',
      description: 'A step of the rotation failed; the log names its code.',
      metric: functionMetric(functionName, 'Errors'),
      ...rung,
    },
    {
      id: 'rotation-throttled',
      description: 'Lambda had no room to run the rotation.',
      metric: functionMetric(functionName, 'Throttles'),
      ...rung,
    },
  ]
}

export interface RotatedSecretProps {
  /** The secret's name; `/` becomes `-` in the names of what belongs to it. */
  readonly name: string
  /** The vendor's: the name of a contract that comes with Keyturn, or a contract of your own. */
  readonly contract: string | Contract
  /** What stands before the contract's paths, such as `https://api.vendor.example`. */
  readonly baseUrl: string
  readonly endpointId: string
  /** Where the contract needs one: a company, or a tenant of Keyturn. */
  readonly tenantId?: string
  /** ARN of a secret that holds the vendor's credential: the bare token, or `{"token": "…"}`. */
  readonly credentialsSecretArn: string
  /** `rate(30 days)` or `cron(…)`, as Secrets Manager takes it. */
  readonly schedule: string
  /** Whether deploying rotates at once. Default: no, only the function's test runs. */
  readonly rotateImmediately?: boolean
  /** How long the secret before keeps working, where the contract leaves it to the caller. */
  readonly overlapSeconds?: number
  /** What to do after a lost reply, in place of the contract's default. */
  readonly lostReply?: LostReplyRule
  /** ARN of a key of your own for the secret. Its policy must let the function's role use it. */
  readonly kmsKeyArn?: string
  /** ARN of the key of the credentials secret, where it has one of your own. */
  readonly credentialsKmsKeyArn?: string
  /** Where the vendor or Secrets Manager is reached through a VPC. */
  readonly vpc?: FunctionVpc
  /** Gets the alarms, once the subscription that AWS sends is confirmed. */
  readonly alarmEmail?: string
  /** Default 30. */
  readonly logRetentionDays?: number
  /** The folder with `rotation-hook/index.js`. Default: the bundles that come with the package. */
  readonly bundles?: string
}

export interface RotatedSecretReach {
  readonly credentialsSecretArn: string
  readonly kmsKeyArn?: string
  readonly credentialsKmsKeyArn?: string
  readonly vpc?: object
}

/** What a rotation hook may do: with its own secret what its four steps need, and read the vendor's credential. */
export function rotatedSecretStatements(secretArn: string, reach: RotatedSecretReach): readonly Statement[] {
  return [
    {
      Sid: 'RotateTheSecret',
      Effect: 'Allow',
      Action: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
        'secretsmanager:TagResource',
        'secretsmanager:UntagResource',
      ],
      Resource: [secretArn],
    },
    {
      Sid: 'ReadTheCredential',
      Effect: 'Allow',
      Action: ['secretsmanager:GetSecretValue'],
      Resource: [reach.credentialsSecretArn],
    },
    ...useKey('UseTheKey', reach.kmsKeyArn, ['kms:GenerateDataKey', 'kms:Decrypt']),
    ...useKey('OpenTheCredential', reach.credentialsKmsKeyArn, ['kms:Decrypt']),
    ...(reach.vpc === undefined ? [] : [attachToVpc]),
  ]
}

function useKey(Sid: string, key: string | undefined, Action: readonly string[]): readonly Statement[] {
  if (key === undefined) return []
  const Condition = { StringLike: { 'kms:ViaService': 'secretsmanager.*.amazonaws.com' } }
  return [{ Sid, Effect: 'Allow', Action, Resource: [key], Condition }]
}

/** EC2 does not know yet which interface it will be. */
const attachToVpc: Statement = {
  Sid: 'AttachToTheVpc',
  Effect: 'Allow',
  Action: ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'],
  Resource: ['*'],
}
