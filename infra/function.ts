import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group'
import { IamRole } from '@cdktf/provider-aws/lib/iam-role'
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy'
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { App, AssetType, TerraformAsset } from 'cdktf'
import { Construct } from 'constructs'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { FunctionRoles, FunctionVpc } from '../config/config'
import { type Mount, mountsFile } from '../src/contracts/routes'
import { policyDocument, type Statement, type TrustStatement } from './iam-policy'
import { storedZip, type ZipEntry } from './stored-zip'

export interface KeyturnFunctionProps {
  /** The name of the function and of its policy, at most 43 characters: its role's is this and the region. */
  readonly name: string
  readonly region: string
  /** The folder with `<bundle>/index.js`. Default: the bundles that come with the package. */
  readonly bundles: string | undefined
  readonly bundle: string
  /** What stands beside the bundle: for most, the contracts that the function knows. */
  readonly beside: readonly ZipEntry[]
  readonly timeoutSeconds: number
  /** Default: `defaultLogRetentionDays`. */
  readonly logRetentionDays: number | undefined
  readonly roles: FunctionRoles | undefined
  /** `on`: X-Ray traces. Default `off`. */
  readonly tracing?: 'on' | 'off' | undefined
}

/** The contracts that a function knows. */
export function mountsBeside(mounts: readonly Mount[]): ZipEntry {
  return { name: mountsFile, content: Buffer.from(JSON.stringify(mounts)) }
}

export interface FunctionSettings {
  readonly environment: Readonly<Record<string, string>>
  /** What the function may do besides writing its logs, and its traces where it is traced. */
  readonly statements: readonly Statement[]
  /** How many of it run at once, and for whom that many are kept free. Default: what the account has left. */
  readonly reservedConcurrency?: number | undefined
  /** Default: no VPC. */
  readonly vpc?: FunctionVpc | undefined
}

export const defaultLogRetentionDays = 30
const packagedBundles = resolve(__dirname, '../functions')

/** The folder with `<bundle>/index.js`. */
export function bundlesOf(given: string | undefined): string {
  return resolve(given ?? packagedBundles)
}

const memoryMegabytes = 512

/** One of Keyturn's Lambda functions with its code, its role and its log group. The role may do nothing until `deploy`. */
export class KeyturnFunction extends Construct {
  readonly role: IamRole
  readonly logs: CloudwatchLogGroup
  readonly #props: KeyturnFunctionProps

  constructor(scope: Construct, id: string, props: KeyturnFunctionProps) {
    super(scope, id)
    this.#props = props
    const { name, region, logRetentionDays = defaultLogRetentionDays, roles = {} } = props
    // IAM is one for all regions.
    this.role = new IamRole(this, 'role', {
      name: `${name}-${region}`,
      ...roles,
      assumeRolePolicy: policyDocument([assumedByLambda]),
    })
    this.logs = new CloudwatchLogGroup(this, 'logs', {
      name: `/aws/lambda/${name}`,
      retentionInDays: logRetentionDays,
    })
  }

  /** The function itself. KMS keys name the role in their policies, and the function names them: so the role comes first. */
  deploy({ environment, statements, reservedConcurrency, vpc }: FunctionSettings): LambdaFunction {
    const { name, bundles, bundle, beside, timeoutSeconds, tracing } = this.#props
    const { logs } = this
    const own = [writeLogs(logs.arn), ...(tracing === 'on' ? [trace] : []), ...(vpc === undefined ? [] : [attachToVpc])]
    const policy = new IamRolePolicy(this, 'policy', {
      name,
      role: this.role.id,
      policy: policyDocument([...statements, ...own]),
    })
    const code = new FunctionCode(this, 'code', { file: join(bundlesOf(bundles), bundle, 'index.js'), beside })
    return new LambdaFunction(this, 'function', {
      functionName: name,
      role: this.role.arn,
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      handler: 'index.handler',
      filename: code.zip,
      sourceCodeHash: code.sha256,
      memorySize: memoryMegabytes,
      timeout: timeoutSeconds,
      environment: { variables: { ...environment } },
      tracingConfig: { mode: tracing === 'on' ? 'Active' : 'PassThrough' },
      loggingConfig: { logFormat: 'JSON', logGroup: logs.name, systemLogLevel: 'WARN' },
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
      ...(vpc === undefined ? {} : { vpcConfig: vpcConfig(vpc) }),
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

/**
 * What Lambda asks for, as its documents list it: EC2 does not know yet which interface it will be. Lambda has it, and not
 * the function: calls that its code makes name the function.
 */
const attachToVpc: Statement = {
  Sid: 'AttachToTheVpc',
  Effect: 'Allow',
  Action: [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ],
  Resource: ['*'],
  Condition: { Null: { 'lambda:SourceFunctionArn': 'true' } },
}

function vpcConfig({ subnetIds, securityGroupIds }: FunctionVpc) {
  return { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] }
}

interface FunctionCodeProps {
  /** The built file. */
  readonly file: string
  readonly beside: readonly ZipEntry[]
}

/** What Lambda runs: a zip of the bundle as it was built, of what it loads later, and of what stands beside it. */
class FunctionCode extends Construct {
  /** Relative to the folder that Terraform runs in. */
  readonly zip: string
  /** Of the zip, in base64: what Lambda calls `CodeSha256`. */
  readonly sha256: string

  constructor(scope: Construct, id: string, { file, beside }: FunctionCodeProps) {
    super(scope, id)
    if (!existsSync(file)) throw new Error(`there is no bundle at ${file}`)
    const folder = dirname(file)
    const codes = readdirSync(folder).filter(name => name.endsWith('.js'))
    const content = storedZip([
      ...codes.sort().map(name => ({ name, content: readFileSync(join(folder, name)) })),
      ...beside,
    ])
    const digest = createHash('sha256').update(content).digest()
    const assetHash = digest.toString('hex')
    const path = join(outputFolder(this), `${assetHash}.zip`)
    writeFileSync(path, content)
    this.zip = new TerraformAsset(this, 'zip', { path, type: AssetType.FILE, assetHash }).path
    this.sha256 = digest.toString('base64')
  }
}

function outputFolder(scope: Construct): string {
  const folder = resolve(App.of(scope).outdir, 'functions')
  mkdirSync(folder, { recursive: true })
  return folder
}
