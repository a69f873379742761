import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity'
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition'
import { DataAwsService } from '@cdktf/provider-aws/lib/data-aws-service'
import type { Construct } from 'constructs'

/** Where a deployment is. Terraform fills in each of them. */
export interface Account {
  readonly id: string
  readonly partition: string
  readonly region: string
  /** How the partition's host names end, such as `amazonaws.com`. */
  readonly dnsSuffix: string
}

export function accountOf(scope: Construct): Account {
  const { partition, dnsSuffix } = new DataAwsPartition(scope, 'partition')
  return {
    id: new DataAwsCallerIdentity(scope, 'account').accountId,
    partition,
    dnsSuffix,
    // Unlike `aws_region`, it does not ask whether the provider already knew the region when it was released.
    region: new DataAwsService(scope, 'region', { serviceId: 'secretsmanager' }).region,
  }
}

/** The account as a principal: whoever its own policies allow. */
export function accountRoot({ partition }: Account, id: string): string {
  return `arn:${partition}:iam::${id}:root`
}

/**
 * Secrets Manager, as `kms:ViaService` names it. AWS documents `amazonaws.com`, and says nothing of partitions whose host names
 * end otherwise: there both are taken, and nobody but AWS can have a name under either.
 */
export function secretsManagerService({ region, dnsSuffix }: Account): readonly string[] {
  return ['amazonaws.com', dnsSuffix].map(suffix => `secretsmanager.${region}.${suffix}`)
}
