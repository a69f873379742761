import { CloudwatchEventBus } from '@cdktf/provider-aws/lib/cloudwatch-event-bus'
import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue'
import { Construct } from 'constructs'
import { join, resolve } from 'node:path'
import type { ControlPlaneConfig } from '../config/config'
import { mountsOf } from '../config/mounts'
import { parseControlPlaneConfig } from '../config/schema'
import { gatewayRoutes } from '../src/contracts/gateway-routes'
import type { Mount } from '../src/contracts/routes'
import { ControlPlaneFunction, type FunctionName } from './control-plane-function'
import { Dashboard } from './dashboard'
import { DeliveryQueues } from './delivery-queues'
import { environmentOf } from './environment'
import { functionStatements, type Statement } from './function-statements'
import { corsOf, CustomDomain, gatewayTimeoutSeconds, HttpApi } from './http-api'
import { SweepMetrics } from './metrics'
import { Alarms, alarmsOf, graphsOf } from './monitoring'
import { Storage } from './storage'
import { SweepSchedule } from './sweep-schedule'
import { type Account, accountOf } from './account'

export interface ControlPlaneProps extends ControlPlaneConfig {
  /** The folder with `<function>/index.js`. Default: the bundles that come with the package. */
  readonly bundles?: string
}

const packagedBundles = resolve(__dirname, '../functions')
const timeouts = { rotate: gatewayTimeoutSeconds + 1, endpoints: gatewayTimeoutSeconds + 1, deliver: 60, sweep: 58 }
const defaultThrottle = { requestsPerSecond: 100, burst: 200 }
const defaultRetentionDays = 30
const defaultConcurrency = 50

/** All of Keyturn, for any stack that has an AWS provider. */
export class ControlPlane extends Construct {
  readonly storage: Storage
  readonly http: HttpApi
  readonly bus: CloudwatchEventBus
  /** Takes sweeps that failed or could not start. */
  readonly failedSweeps: SqsQueue
  readonly deliveries: DeliveryQueues
  readonly functions: Readonly<Record<FunctionName, LambdaFunction>>
  readonly alarms: Alarms
  readonly domain: CustomDomain | undefined
  readonly #name: string
  readonly #config: ControlPlaneConfig

  /** @throws {ConfigError} naming every field at fault */
  constructor(scope: Construct, id: string, { bundles = packagedBundles, ...config }: ControlPlaneProps) {
    super(scope, id)
    this.#config = parseControlPlaneConfig(config)
    this.#name = `keyturn-${config.stage}`
    const mounts = mountsOf(config)
    const account = accountOf(this)
    const declared = this.#declareFunctions(mounts, bundles)
    const { rotate, deliver, sweep } = declared
    const roles = { rotate: rotate.role.arn, deliver: deliver.role.arn, sweep: sweep.role.arn }
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
    this.functions = this.#deploy(declared, account)
    this.deliveries.feed(this.functions.deliver, config.deliveries?.concurrency ?? defaultConcurrency)
    this.http = this.#serve(mounts)
    this.domain = config.domain && new CustomDomain(this, 'domain', { domain: config.domain, http: this.http })
    new SweepSchedule(this, 'schedule', {
      name: `${this.#name}-sweep`,
      sweep: this.functions.sweep,
      failures: this.failedSweeps.arn,
    })
    new SweepMetrics(this, 'sweep-metrics', { stage: config.stage, logGroup: sweep.logs.name })
    this.alarms = this.#watch(account)
  }

  /** Where the API answers. */
  get url(): string {
    return this.#config.domain ? `https://${this.#config.domain.name}` : this.http.api.apiEndpoint
  }

  #declareFunctions(mounts: readonly Mount[], bundles: string): Readonly<Record<FunctionName, ControlPlaneFunction>> {
    const { logRetentionDays = defaultRetentionDays } = this.#config
    const declare = (name: FunctionName): ControlPlaneFunction =>
      new ControlPlaneFunction(this, name, {
        name: `${this.#name}-${name}`,
        bundle: join(resolve(bundles), name, 'index.js'),
        mounts,
        timeoutSeconds: timeouts[name],
        logRetentionDays,
      })
    return {
      rotate: declare('rotate'),
      endpoints: declare('endpoints'),
      deliver: declare('deliver'),
      sweep: declare('sweep'),
    }
  }

  #deploy(
    declared: Readonly<Record<FunctionName, ControlPlaneFunction>>,
    account: Account,
  ): Readonly<Record<FunctionName, LambdaFunction>> {
    const { table, ringKey, mirrorKey, mirrors } = this.storage
    const keys = { ringKey: ringKey.arn, mirrorKey: mirrorKey.arn }
    const { queue, deadLetters } = this.deliveries
    const queues = { queueUrl: queue.url, deadLetterQueueUrl: deadLetters.url }
    const wiring = { table: table.table.name, ...keys, ...queues, bus: this.bus.name, account: account.id }
    const environment = environmentOf(this.#config, wiring)
    const reach = {
      table: table.arn,
      dueIndex: table.dueIndexArn,
      subscriberIndex: table.subscriberIndexArn,
      queue: queue.arn,
      deadLetterQueue: deadLetters.arn,
      mirrors: this.#config.mirror === 'on' ? mirrors : null,
      bus: this.bus.arn,
    }
    const deploy = (name: FunctionName, ...more: readonly Statement[]): LambdaFunction =>
      declared[name].deploy({ environment, statements: [...functionStatements(name, reach), ...more] })
    return {
      rotate: deploy('rotate'),
      endpoints: deploy('endpoints'),
      deliver: deploy('deliver'),
      sweep: deploy('sweep', reportFailedSweeps(this.failedSweeps.arn)),
    }
  }

  #serve(mounts: readonly Mount[]): HttpApi {
    const {
      corsOrigins = [],
      throttle = defaultThrottle,
      logRetentionDays = defaultRetentionDays,
      domain,
    } = this.#config
    return new HttpApi(this, 'http', {
      name: this.#name,
      routes: gatewayRoutes(mounts),
      functions: this.functions,
      cors: corsOf(mounts, corsOrigins),
      throttle,
      logRetentionDays,
      ownName: domain === undefined,
    })
  }

  #watch({ region }: Account): Alarms {
    const { stage, alarmEmail } = this.#config
    const { rotate, endpoints, deliver, sweep } = this.functions
    const watched = {
      stage,
      apiId: this.http.api.id,
      functions: {
        rotate: rotate.functionName,
        endpoints: endpoints.functionName,
        deliver: deliver.functionName,
        sweep: sweep.functionName,
      },
      failedSweeps: this.failedSweeps.name,
      deliveries: this.deliveries.queue.name,
      deadDeliveries: this.deliveries.deadLetters.name,
    }
    new Dashboard(this, 'dashboard', { name: this.#name, region, graphs: graphsOf(watched) })
    return new Alarms(this, 'alarms', { name: this.#name, alarms: alarmsOf(watched), email: alarmEmail })
  }
}

function reportFailedSweeps(queue: string): Statement {
  return { Sid: 'ReportFailedSweeps', Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [queue] }
}
