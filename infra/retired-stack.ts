import { TerraformStack } from 'cdktf'
import type { Construct } from 'constructs'
import type { Config } from './config'
import { requireAws } from './keyturn-stack'
import { retainedAddresses } from './retained'

/**
 * What is left of a stage that is not disposable: nothing. Deployed in place of a `KeyturnStack`, it destroys all but
 * what is retained, which Terraform only forgets.
 */
export class RetiredStack extends TerraformStack {
  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id)
    requireAws(this, config)
    const removed = retainedAddresses(config.stage).map(from => ({ from, lifecycle: { destroy: false } }))
    this.addOverride('removed', removed)
  }
}
