import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity'
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition'
import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region'
import type { Construct } from 'constructs'

/** Where a deployment is. Terraform fills in each of them. */
export interface Account {
  readonly id: string
  readonly partition: string
  readonly region: string
}

export function accountOf(scope: Construct): Account {
  return {
    id: new DataAwsCallerIdentity(scope, 'account').accountId,
    partition: new DataAwsPartition(scope, 'partition').partition,
    region: new DataAwsRegion(scope, 'region').id,
  }
}

/** The account as a principal: whoever its own policies allow. */
export function accountRoot({ partition }: Account, id: string): string {
  return `arn:${partition}:iam::${id}:root`
}
