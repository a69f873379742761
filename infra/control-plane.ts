import { CloudwatchEventBus } from '@cdktf/provider-aws/lib/cloudwatch-event-bus'
import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue'
import { Construct } from 'constructs'
import { join } from 'node:path'
import { type ControlPlaneConfig, deliveryConcurrencyOf, portalOf } from '../config/config'
import { servedMountsOf, withContractFaults } from '../config/mounts'
import { parseControlPlaneConfig } from '../config/schema'
import { version } from '../package.json'
import { openApi } from '../scripts/openapi/description'
import { builtPages, deploymentFiles, portalFolder } from '../scripts/portal-files'
import { corsOf } from '../src/contracts/cors'
import { gatewayRoutes } from '../src/contracts/gateway-routes'
import type { Mount } from '../src/contracts/routes'
import { type Account, accountOf } from './account'
import { Alarms, controlPlaneAlarms } from './alarms'
import { Dashboard } from './dashboard'
import { DeliveryQueues } from './delivery-queues'
import { bundlesOf, defaultLogRetentionDays, KeyturnFunction, mountsBeside } from './function'
import { embedVariables, functionEnvironment, withPortal } from './function-environment'
import { byFunction, type ByFunction, type FunctionName, functionStatements } from './function-statements'
import { CustomDomain, gatewayTimeoutSeconds, HttpApi } from './http-api'
import { type Monitored, SweepMetrics } from './metrics'
import type { ZipEntry } from './stored-zip'
import { Storage } from './storage'
import { SweepSchedule } from './sweep-schedule'

export interface ControlPlaneProps extends ControlPlaneConfig {
  /** The folder with `<function>/index.js`. Default: the bundles that come with the package. */
  readonly bundles?: string
}

/** In seconds. The functions behind the API may take a second longer than it waits for them. */
const timeouts: ByFunction<number> = {
  rotate: gatewayTimeoutSeconds.rotate + 1,
  endpoints: gatewayTimeoutSeconds.endpoints + 1,
  deliver: 60,
  sweep: 58,
  portal: gatewayTimeoutSeconds.portal + 1,
  access: gatewayTimeoutSeconds.access + 1,
}
const defaultThrottle = { requestsPerSecond: 100, burst: 200 }
const defaultChangeThrottle = { requestsPerSecond: 50, burst: 100 }

/**
 * All of Keyturn, for any stack that has an AWS provider: the HTTP API and its functions, the table, two KMS keys, the
 * delivery queue, the event bus, alarms and a dashboard. The stack brings region, tags and backend.
 *
 * Every name holds the stage's, so that stages can share an account; those of roles and dashboard, which an account has once
 * for all regions, hold the region's too. Outside of `dev` and `dev-…` Terraform refuses to
 * destroy the table and the KMS keys; docs/operations.md says how such a stage is taken down.
 *
 * @example
 * ```ts
 * import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
 * import { App, TerraformOutput, TerraformStack } from 'cdktf'
 * import { ControlPlane, pinAwsProvider } from 'keyturn/infra'
 *
 * const app = new App()
 * const stack = new TerraformStack(app, 'platform')
 * new AwsProvider(stack, 'aws', { region: 'eu-central-1' })
 * pinAwsProvider(stack)
 *
 * const keyturn = new ControlPlane(stack, 'keyturn', {
 *   stage: 'prod',
 *   contracts: [{ contract: 'keyturn' }],
 *   mirror: 'on',
 *   alarmEmail: 'oncall@platform.example',
 * })
 *
 * new TerraformOutput(stack, 'webhook_secrets_api', { value: keyturn.url })
 * app.synth()
 * ```
 */
export class ControlPlane extends Construct {
  readonly storage: Storage
  readonly http: HttpApi
  readonly bus: CloudwatchEventBus
  /** Takes sweeps that failed or could not start. */
  readonly failedSweeps: SqsQueue
  readonly deliveries: DeliveryQueues
  readonly functions: ByFunction<LambdaFunction>
  readonly alarms: Alarms
  readonly domain: CustomDomain | undefined
  readonly #name: string
  readonly #config: ControlPlaneConfig

  /** @throws {ConfigError} naming every field at fault */
  constructor(scope: Construct, id: string, { bundles, ...config }: ControlPlaneProps) {
    super(scope, id)
    this.#config = withContractFaults(config, parseControlPlaneConfig)
    this.#name = `keyturn-${config.stage}`
    const mounts = servedMountsOf(config)
    const account = accountOf(this)
    const declared = this.#declareFunctions(account, mounts, bundles)
    const roles = byFunction(name => declared[name].role.arn)
    this.storage = new Storage(this, 'storage', { account, config, roles })
    this.bus = new CloudwatchEventBus(this, 'events', { name: this.#name })
    this.failedSweeps = new SqsQueue(this, 'failed-sweeps', {
      name: `${this.#name}-failed-sweeps`,
      sqsManagedSseEnabled: true,
    })
    this.deliveries = new DeliveryQueues(this, 'deliveries', {
      name: `${this.#name}-deliveries`,
      timeoutSeconds: timeouts.deliver,
    })
    this.functions = this.#deployFunctions(declared, account)
    this.deliveries.feed(this.functions.deliver, deliveryConcurrencyOf(config))
    this.http = this.#serveHttp(mounts)
    this.domain = config.domain && new CustomDomain(this, 'domain', { domain: config.domain, http: this.http })
    new SweepSchedule(this, 'schedule', {
      name: `${this.#name}-sweep`,
      sweep: this.functions.sweep,
      failures: this.failedSweeps.arn,
    })
    new SweepMetrics(this, 'sweep-metrics', { stage: config.stage, logGroup: declared.sweep.logs.name })
    this.alarms = this.#monitor(account)
  }

  /** Where the API answers. */
  get url(): string {
    return this.#config.domain ? `https://${this.#config.domain.name}` : this.http.api.apiEndpoint
  }

  #declareFunctions(
    { region }: Account,
    mounts: readonly Mount[],
    bundles: string | undefined,
  ): ByFunction<KeyturnFunction> {
    const { logRetentionDays, roles, tracing } = this.#config
    const declare = (name: FunctionName): KeyturnFunction =>
      new KeyturnFunction(this, name, {
        name: `${this.#name}-${name}`,
        region,
        bundles,
        bundle: name,
        beside: name === 'portal' ? this.#portalFiles(mounts, bundles) : [mountsBeside(mounts)],
        timeoutSeconds: timeouts[name],
        logRetentionDays,
        roles,
        tracing,
      })
    return byFunction(declare)
  }

  #deployFunctions(declared: ByFunction<KeyturnFunction>, account: Account): ByFunction<LambdaFunction> {
    const { table, ringKey, mirrorKey, mirrors } = this.storage
    const { queue, deadLetters } = this.deliveries
    const environment = functionEnvironment(this.#config, {
      table: table.table.name,
      ringKey: ringKey.arn,
      mirrorKey: mirrorKey.arn,
      bus: this.bus.name,
      queueUrl: queue.url,
      deadLetterQueueUrl: deadLetters.url,
      account: account.id,
    })
    const reach = {
      table: table.arn,
      dueIndex: table.dueIndexArn,
      subscriberIndex: table.subscriberIndexArn,
      queue: queue.arn,
      deadLetterQueue: deadLetters.arn,
      mirrors: this.#config.mirror === 'on' ? mirrors : null,
      bus: this.bus.arn,
      failedSweeps: this.failedSweeps.arn,
    }
    // `deliver` is limited by its queue, and reserves nothing.
    const reserved: Partial<ByFunction<number>> = this.#config.reservedConcurrency ?? {}
    const environments: Partial<ByFunction<Readonly<Record<string, string>>>> = {
      // The sweep's gauges are read from a line of its log, whatever the others say.
      sweep: { ...environment, LOG_LEVEL: 'info' },
      access: withPortal(environment, this.#config),
      portal: embedVariables(this.#config),
    }
    return byFunction(name =>
      declared[name].deploy({
        environment: environments[name] ?? environment,
        statements: functionStatements(name, reach),
        reservedConcurrency: reserved[name],
        vpc: name === 'deliver' ? this.#config.deliveries?.vpc : undefined,
      }),
    )
  }

  /** What `portal` serves. Without a portal that is the description alone. */
  #portalFiles(mounts: readonly Mount[], bundles: string | undefined): readonly ZipEntry[] {
    const { mirror } = this.#config
    const contracts = mounts.map(({ contract }) => contract)
    const description = openApi({ mounts, contracts, mirror, insecureTargets: false, release: version })
    const hasPortal = portalOf(this.#config) !== null
    const pages = hasPortal ? builtPages(join(bundlesOf(bundles), 'portal', portalFolder)) : []
    const files = [...deploymentFiles(description, hasPortal ? mounts : null), ...pages]
    return files.map(({ name, content }) => ({ name: `${portalFolder}/${name}`, content }))
  }

  #serveHttp(mounts: readonly Mount[]): HttpApi {
    const {
      corsOrigins = [],
      throttle = defaultThrottle,
      changeThrottle = defaultChangeThrottle,
      logRetentionDays = defaultLogRetentionDays,
      domain,
      apiDescription = 'on',
    } = this.#config
    return new HttpApi(this, 'http', {
      name: this.#name,
      routes: gatewayRoutes(mounts, {
        description: apiDescription,
        portal: portalOf(this.#config) === null ? 'off' : 'on',
      }),
      functions: this.functions,
      cors: corsOf(mounts, corsOrigins),
      throttle,
      changeThrottle,
      logRetentionDays,
      ownName: domain === undefined,
    })
  }

  #monitor({ region }: Account): Alarms {
    const { stage, alarmEmail } = this.#config
    const monitored: Monitored = {
      stage,
      apiId: this.http.api.id,
      functions: byFunction(name => this.functions[name].functionName),
      failedSweeps: this.failedSweeps.name,
      deliveries: this.deliveries.queue.name,
      deadLetters: this.deliveries.deadLetters.name,
      failedMessages: this.deliveries.failedMessages.name,
    }
    new Dashboard(this, 'dashboard', { name: `${this.#name}-${region}`, region, monitored })
    return new Alarms(this, 'alarms', {
      name: this.#name,
      alarms: controlPlaneAlarms(monitored),
      email: alarmEmail,
    })
  }
}
