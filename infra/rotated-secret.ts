import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission'
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret'
import { SecretsmanagerSecretRotation } from '@cdktf/provider-aws/lib/secretsmanager-secret-rotation'
import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version'
import { Construct } from 'constructs'
import type { FunctionRoles, FunctionVpc } from '../config/config'
import { checkedHookContract } from '../config/mounts'
import type { Contract } from '../src/contracts/contract'
import type { LostReplyRule } from '../src/rotation-hook/ports'
import { type Account, accountOf, secretsManagerService } from './account'
import { type Alarm, Alarms } from './alarms'
import { KeyturnFunction, mountsBeside } from './function'
import type { Statement } from './iam-policy'
import { functionMetric } from './metrics'
import { derivedName } from './names'
import { rotatedSecretEnvironment } from './rotated-secret-environment'

export interface RotatedSecretProps {
  /** The secret's name. What belongs to it is called after it; where AWS would not take the name, `-` and a hash tell it apart. */
  readonly name: string
  /** The vendor's: the name of a contract that comes with Keyturn, or a contract of your own. */
  readonly contract: string | Contract
  /** What stands before the contract's paths, such as `https://api.vendor.example`; without a password, query or fragment. */
  readonly baseUrl: string
  readonly endpointId: string
  /** Where the contract needs one: a company, or a tenant of Keyturn. */
  readonly tenantId?: string
  /** ARN of a secret that holds the vendor's credential: the bare token, or `{"token": "…"}`. */
  readonly credentialsSecretArn: string
  /** `rate(30 days)` or `cron(0 …)`, as Secrets Manager takes it: every four hours at most. */
  readonly schedule: string
  /** Whether deploying rotates at once. Default: no, only the function's test runs. */
  readonly rotateImmediately?: boolean
  /**
   * How long the secret before keeps working, where the contract lets its callers choose; or, at a vendor that makes no
   * secret, how long receivers go on accepting it, by default an hour.
   */
  readonly overlapSeconds?: number
  /** What to do after a lost reply, in place of the contract's default. Not at a vendor that makes no secret: none is lost. */
  readonly lostReply?: LostReplyRule
  /**
   * How long the secret can be restored once the stack is destroyed: 7 to 30 days, default 30. As long as that lasts its
   * name is taken. 0 deletes it at once, for a stack that is made again.
   */
  readonly recoveryWindowDays?: number
  /** ARN of a KMS key of your own for the secret. Its policy must let the function's role use it. */
  readonly kmsKeyArn?: string
  /** ARN of the credentials secret's KMS key, where that is one of your own. */
  readonly credentialsKmsKeyArn?: string
  /** Where the vendor or Secrets Manager is reached through a VPC. */
  readonly vpc?: FunctionVpc
  /** What the account prescribes for roles. */
  readonly roles?: FunctionRoles
  /** Gets the alarms, once the subscription that AWS sends is confirmed. */
  readonly alarmEmail?: string
  /** Default 30. */
  readonly logRetentionDays?: number
  /** The folder with `rotation-hook/index.js`. Default: the bundles that come with the package. */
  readonly bundles?: string
}

/** Of the names of what belongs to the secret, so that `-rotation` and a region fit into the 64 characters of a role's. */
const longestName = 34

/** In seconds: three calls to the vendor of 10 s each, and the pauses between them. */
const timeoutSeconds = 60

/**
 * A vendor's webhook secret in Secrets Manager, which rotates it by the vendor's contract. It makes the secret, the
 * function that runs the four steps of a rotation, its schedule, and an alarm for a step that failed. The function may
 * use this secret and read the vendor's credential, and nothing else.
 *
 * Deploying does not rotate: until the first rotation the secret holds a placeholder. Afterwards it holds a document like
 * a mirror's, which `mirroredSecrets` of `keyturn/secrets-manager` reads. What Secrets Manager asks of the function:
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 *
 * @example
 * ```ts
 * import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
 * import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret'
 * import { App, TerraformOutput, TerraformStack } from 'cdktf'
 * import { RotatedSecret, pinAwsProvider } from 'keyturn/infra'
 *
 * const app = new App()
 * const stack = new TerraformStack(app, 'consumer')
 * new AwsProvider(stack, 'aws', { region: 'eu-central-1' })
 * pinAwsProvider(stack)
 *
 * // Put the vendor's API key into it: the bare token, or {"token": "…"}.
 * const token = new SecretsmanagerSecret(stack, 'token', { name: 'vendor/token' })
 * const { secret } = new RotatedSecret(stack, 'webhook', {
 *   name: 'vendor/webhook',
 *   contract: 'keyturn',
 *   baseUrl: 'https://keyturn.vendor.example',
 *   endpointId: 'ep_4v2k9x0c7m1q8z5r3t6w2y4u',
 *   tenantId: 'org_1',
 *   credentialsSecretArn: token.arn,
 *   schedule: 'rate(30 days)',
 * })
 *
 * new TerraformOutput(stack, 'webhook_secret_arn', { value: secret.arn })
 * app.synth()
 * ```
 */
export class RotatedSecret extends Construct {
  readonly secret: SecretsmanagerSecret
  readonly function: LambdaFunction
  readonly alarms: Alarms

  /** @throws {ConfigError} naming every member that the function would refuse to start with, or AWS to take */
  constructor(scope: Construct, id: string, props: RotatedSecretProps) {
    super(scope, id)
    const { name, recoveryWindowDays, kmsKeyArn: kmsKeyId, alarmEmail: email } = props
    const contract = checkedHookContract(props.contract, 'contract')
    const environment = rotatedSecretEnvironment(props, contract)
    const plainName = derivedName(name, longestName)
    this.secret = new SecretsmanagerSecret(this, 'secret', {
      name,
      ...(recoveryWindowDays === undefined ? {} : { recoveryWindowInDays: recoveryWindowDays }),
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
      // The hook keeps its intents in tags. Without them it would rotate twice, so Terraform leaves the tags alone.
      lifecycle: { ignoreChanges: ['tags'] },
    })
    const first = this.#firstVersion()
    this.function = this.#deployHook(plainName, { contract, environment }, props)
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
    this.alarms = new Alarms(this, 'alarms', { name: plainName, alarms: hookAlarms(this.function.functionName), email })
  }

  /**
   * The value before the first rotation. Secrets Manager never drops a version that has a label of its own, and when
   * Terraform puts such a version again, AWSCURRENT does not move.
   */
  #firstVersion(): SecretsmanagerSecretVersion {
    return new SecretsmanagerSecretVersion(this, 'first', {
      secretId: this.secret.id,
      secretString: '{"keyturn":"not rotated yet"}',
      versionStages: ['KEYTURN_FIRST'],
      lifecycle: { ignoreChanges: ['version_stages', 'secret_string'] },
    })
  }

  #deployHook(name: string, { contract, environment }: CheckedHook, props: RotatedSecretProps): LambdaFunction {
    const { bundles, logRetentionDays, vpc, roles } = props
    const account = accountOf(this)
    const hook = new KeyturnFunction(this, 'hook', {
      name: `${name}-rotation`,
      region: account.region,
      bundles,
      bundle: 'rotation-hook',
      beside: [mountsBeside([{ contract, basePath: '' }])],
      timeoutSeconds,
      logRetentionDays,
      roles,
    })
    return hook.deploy({ environment, statements: hookStatements(this.secret.arn, account, props), vpc })
  }
}

interface CheckedHook {
  readonly contract: Contract
  readonly environment: Readonly<Record<string, string>>
}

/** What the hook may do: with its own secret what its four steps need, and read the vendor's credential. */
function hookStatements(
  secretArn: string,
  account: Account,
  { credentialsSecretArn, kmsKeyArn, credentialsKmsKeyArn }: RotatedSecretProps,
): readonly Statement[] {
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
      Resource: [credentialsSecretArn],
    },
    ...useKmsKey({ Sid: 'UseTheKey', keyArn: kmsKeyArn, Action: ['kms:GenerateDataKey', 'kms:Decrypt'] }, account),
    ...useKmsKey({ Sid: 'OpenTheCredential', keyArn: credentialsKmsKeyArn, Action: ['kms:Decrypt'] }, account),
  ]
}

/** Only through Secrets Manager. */
function useKmsKey({ Sid, keyArn, Action }: KeyUse, account: Account): readonly Statement[] {
  if (keyArn === undefined) return []
  const Condition = { StringEquals: { 'kms:ViaService': secretsManagerService(account) } }
  return [{ Sid, Effect: 'Allow', Action, Resource: [keyArn], Condition }]
}

interface KeyUse {
  readonly Sid: string
  /** Absent: the key is AWS's own, and needs no permission. */
  readonly keyArn: string | undefined
  readonly Action: readonly string[]
}

/** A step that fails is an error of the function. */
function hookAlarms(functionName: string): readonly Alarm[] {
  return [
    {
      id: 'rotation-failed',
      description: 'A step of the rotation failed; the log names its code.',
      metric: functionMetric(functionName, 'Errors'),
    },
    {
      id: 'rotation-throttled',
      description: 'Lambda had no room to run the rotation.',
      metric: functionMetric(functionName, 'Throttles'),
    },
  ]
}
