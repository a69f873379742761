import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
import { App, S3Backend, TerraformOutput, TerraformStack } from 'cdktf'
import type { Construct } from 'constructs'
import { type Config, stackIdOf } from '../config/config'
import { pinAwsProvider } from './aws-provider'
import { ControlPlane } from './control-plane'
import { retainedAddresses } from './storage'

export interface KeyturnAppProps {
  readonly config: Config
  /** The folder with the functions' bundles. */
  readonly bundles: string
  /** Whether the stage is taken down, but for the data that it keeps. */
  readonly retire: boolean
}

/**
 * Writes what Terraform deploys into `cdktf.out`.
 * @throws {ConfigError} naming every field at fault
 */
export function synthesiseApp({ config, bundles, retire }: KeyturnAppProps): void {
  const app = new App()
  const id = stackIdOf(config)
  if (retire) new RetiredStack(app, id, config)
  else new KeyturnStack(app, id, { config, bundles })
  app.synth()
}

export interface KeyturnStackProps {
  readonly config: Config
  readonly bundles: string
}

/** Keyturn alone in a stack of its own: what `npm run deploy` deploys. */
export class KeyturnStack extends TerraformStack {
  readonly controlPlane: ControlPlane

  constructor(scope: Construct, id: string, { config, bundles }: KeyturnStackProps) {
    super(scope, id)
    requireAws(this, config)
    const { region: _region, allowedAccountIds: _accounts, tags: _tags, backend: _backend, ...controlPlane } = config
    this.controlPlane = new ControlPlane(this, 'keyturn', { ...controlPlane, bundles })
    this.#output()
  }

  #output(): void {
    const { url, storage, functions, bus, deliveries, alarms, domain } = this.controlPlane
    const values = {
      api_url: url,
      table_name: storage.table.table.name,
      ring_key_id: storage.ringKey.key.keyId,
      mirror_key_id: storage.mirrorKey.key.keyId,
      rotate_function: functions.rotate.functionName,
      endpoints_function: functions.endpoints.functionName,
      deliver_function: functions.deliver.functionName,
      sweep_function: functions.sweep.functionName,
      event_bus: bus.name,
      delivery_queue_url: deliveries.queue.url,
      dead_letter_queue_url: deliveries.deadLetters.url,
      failed_message_queue_url: deliveries.failedMessages.url,
      alarm_topic: alarms.topic.arn,
      ...(domain === undefined ? {} : { domain_target: domain.target }),
    }
    for (const [name, value] of Object.entries(values)) new TerraformOutput(this, name, { value, staticId: true })
  }
}

/**
 * A stack without resources. Deployed in place of a `KeyturnStack`, it destroys everything but table and KMS keys, which
 * Terraform only forgets.
 */
export class RetiredStack extends TerraformStack {
  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id)
    requireAws(this, config)
    const removed = retainedAddresses(config.stage).map(from => ({ from, lifecycle: { destroy: false } }))
    this.addOverride('removed', removed)
  }
}

/** What both stacks begin with: backend and provider. */
function requireAws(stack: TerraformStack, config: Config): void {
  const { stage, region, allowedAccountIds, tags = {} } = config
  configureBackend(stack, config)
  const defaultTags = [{ tags: { ...tags, keyturn: stage } }]
  // A provider knows the regions of its day; whether the region is one at all, AWS says.
  const accounts = allowedAccountIds === undefined ? {} : { allowedAccountIds: [...allowedAccountIds] }
  new AwsProvider(stack, 'aws', { region, skipRegionValidation: true, ...accounts, defaultTags })
  stack.addOverride('terraform.required_version', '>= 1.10.0')
  pinAwsProvider(stack)
}

/** Where Terraform keeps the stack's state. CDKTF's default is a local file. */
function configureBackend(stack: TerraformStack, { stage, region: deployedIn, backend }: Config): void {
  if (backend === undefined || backend.kind === 'local') return
  const { bucket, region, key = `keyturn/${stage}/${deployedIn}.tfstate` } = backend
  new S3Backend(stack, { bucket, region, key, encrypt: true, skipRegionValidation: true })
  stack.addOverride('terraform.backend.s3.use_lockfile', true)
}
