import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission'
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret'
import { SecretsmanagerSecretRotation } from '@cdktf/provider-aws/lib/secretsmanager-secret-rotation'
import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version'
import { Construct } from 'constructs'
import { join, resolve } from 'node:path'
import { Alarms } from './alarms'
import { ControlPlaneFunction } from './control-plane-function'
import { functionMetric } from './metrics'
import { checkedContract } from './mounts'
import { rotatedSecretEnvironment } from './rotated-secret-environment'
import type { RotatedSecretProps } from './rotated-secret-props'
import { rotatedSecretStatements } from './rotated-secret-statements'

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
