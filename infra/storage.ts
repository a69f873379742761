import { Construct } from 'constructs'
import type { Account } from './account'
import { isDisposable, type ControlPlaneConfig } from './config'
import { EndpointTable } from './endpoint-table'
import { mirrorKeyPolicy } from './mirror-key-policy'
import { retainedId } from './retained'
import { ringKeyPolicy } from './ring-key-policy'
import { SealingKey } from './sealing-key'

export interface StorageProps {
  readonly account: Account
  readonly config: ControlPlaneConfig
  /** ARNs of the functions' roles. */
  readonly roles: { readonly rotate: string; readonly deliver: string; readonly sweep: string }
}

/** Table, keys and mirrors: what shares one fate, since a table without its ring key cannot be read. */
export class Storage extends Construct {
  readonly table: EndpointTable
  readonly ringKey: SealingKey
  readonly mirrorKey: SealingKey
  /** ARN pattern of the stage's mirrors. */
  readonly mirrors: string

  constructor(scope: Construct, id: string, { account, config, roles }: StorageProps) {
    super(scope, id)
    const { stage, adopt = {}, mirrorReaders = [] } = config
    const name = `keyturn-${stage}`
    const disposable = isDisposable(stage)
    this.mirrors = `arn:${account.partition}:secretsmanager:${account.region}:${account.id}:secret:keyturn/${stage}/*`
    this.table = new EndpointTable(this, 'endpoints', {
      name: config.tableName ?? name,
      logicalId: retainedId(stage, 'table'),
      disposable,
      adopt: adopt.table ?? false,
    })
    this.ringKey = new SealingKey(this, 'ring-key', {
      name: `${name}-ring`,
      logicalId: retainedId(stage, 'ring'),
      description: `Seals Keyturn's signing secrets (${stage})`,
      statements: ringKeyPolicy(account, { seal: [roles.rotate], open: [roles.rotate, roles.deliver, roles.sweep] }),
      disposable,
      adopt: adopt.ringKey,
    })
    const writers = [roles.rotate, roles.sweep]
    this.mirrorKey = new SealingKey(this, 'mirror-key', {
      name: `${name}-mirror`,
      logicalId: retainedId(stage, 'mirror'),
      description: `Encrypts Keyturn's mirrors in Secrets Manager (${stage})`,
      statements: mirrorKeyPolicy(account, { writers, readers: mirrorReaders, mirrors: this.mirrors }),
      disposable,
      adopt: adopt.mirrorKey,
    })
  }
}
