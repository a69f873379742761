import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table'
import { Construct } from 'constructs'
import { type ControlPlaneConfig, isDisposable, tableNameOf } from '../config/config'
import { dueIndex, subscriberIndex, tableDefinition } from '../src/aws/table'
import type { Account } from './account'
import type { ByFunction } from './function-statements'
import { KeyturnKmsKey, mirrorKeyPolicy, ringKeyPolicy } from './kms-keys'

export interface StorageProps {
  readonly account: Account
  readonly config: ControlPlaneConfig
  /** ARNs of the functions' roles. */
  readonly roles: ByFunction<string>
}

/** Table, KMS keys and mirrors. They are kept or destroyed together: a table without its ring key cannot be read. */
export class Storage extends Construct {
  readonly table: EndpointTable
  readonly ringKey: KeyturnKmsKey
  readonly mirrorKey: KeyturnKmsKey
  /** ARN pattern of the stage's mirrors. */
  readonly mirrors: string

  constructor(scope: Construct, id: string, { account, config, roles }: StorageProps) {
    super(scope, id)
    const { stage, adopt = {}, mirrorReaders = [] } = config
    const name = `keyturn-${stage}`
    const disposable = isDisposable(stage)
    this.mirrors = `arn:${account.partition}:secretsmanager:${account.region}:${account.id}:secret:keyturn/${stage}/*`
    this.table = new EndpointTable(this, 'endpoints', {
      name: tableNameOf(config),
      logicalId: retainedId(stage, 'table'),
      disposable,
      adopt: adopt.table ?? false,
    })
    this.ringKey = new KeyturnKmsKey(this, 'ring-key', {
      name: `${name}-ring`,
      logicalId: retainedId(stage, 'ring'),
      description: `Seals Keyturn's signing secrets (${stage})`,
      statements: ringKeyPolicy(account, { seal: [roles.rotate], open: [roles.rotate, roles.deliver, roles.sweep] }),
      disposable,
      adopt: adopt.ringKey,
    })
    const writers = [roles.rotate, roles.sweep]
    this.mirrorKey = new KeyturnKmsKey(this, 'mirror-key', {
      name: `${name}-mirror`,
      logicalId: retainedId(stage, 'mirror'),
      description: `Encrypts Keyturn's mirrors in Secrets Manager (${stage})`,
      statements: mirrorKeyPolicy(account, { writers, readers: mirrorReaders, mirrors: this.mirrors }),
      disposable,
      adopt: adopt.mirrorKey,
    })
  }
}

export interface EndpointTableProps {
  readonly name: string
  /** The table's name in Terraform's state. */
  readonly logicalId: string
  readonly disposable: boolean
  /** Takes over the table of this name instead of making it. */
  readonly adopt: boolean
}

/** When DynamoDB may drop an item, in unix seconds. */
const ttlAttribute = 'ttl'

/** Keyturn's one table: endpoints, key rings (sealed), API keys (hashed), audit records, deliveries. */
export class EndpointTable extends Construct {
  readonly table: DynamodbTable
  readonly arn: string
  readonly dueIndexArn: string
  readonly subscriberIndexArn: string

  constructor(scope: Construct, id: string, { name, logicalId, disposable, adopt }: EndpointTableProps) {
    super(scope, id)
    this.table = new DynamodbTable(this, 'table', {
      name,
      ...schemaOf(name),
      billingMode: 'PAY_PER_REQUEST',
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      ttl: { enabled: true, attributeName: ttlAttribute },
      deletionProtectionEnabled: !disposable,
      lifecycle: { preventDestroy: !disposable },
    })
    this.table.overrideLogicalId(logicalId)
    if (adopt) this.table.importFrom(name)
    this.arn = this.table.arn
    this.dueIndexArn = `${this.arn}/index/${dueIndex}`
    this.subscriberIndexArn = `${this.arn}/index/${subscriberIndex}`
  }
}

/** Item keys and indexes, as `src/aws` uses them. */
function schemaOf(name: string) {
  const { AttributeDefinitions = [], KeySchema = [], GlobalSecondaryIndexes = [] } = tableDefinition(name)
  return {
    hashKey: attributeOf(KeySchema, 'HASH'),
    rangeKey: attributeOf(KeySchema, 'RANGE'),
    attribute: AttributeDefinitions.map(({ AttributeName = '', AttributeType = '' }) => ({
      name: AttributeName,
      type: AttributeType,
    })),
    globalSecondaryIndex: GlobalSecondaryIndexes.map(index => ({
      name: index.IndexName ?? '',
      hashKey: attributeOf(index.KeySchema ?? [], 'HASH'),
      rangeKey: attributeOf(index.KeySchema ?? [], 'RANGE'),
      projectionType: index.Projection?.ProjectionType ?? '',
      ...nonKeyAttributesOf(index.Projection?.NonKeyAttributes),
    })),
  }
}

function nonKeyAttributesOf(names: readonly string[] | undefined) {
  return names === undefined ? {} : { nonKeyAttributes: [...names] }
}

interface KeyElement {
  readonly AttributeName?: string | undefined
  readonly KeyType?: string | undefined
}

function attributeOf(schema: readonly KeyElement[], type: 'HASH' | 'RANGE'): string {
  const name = schema.find(({ KeyType }) => KeyType === type)?.AttributeName
  if (name === undefined) throw new TypeError(`the table definition has no ${type} key`)
  return name
}

/** The addresses in Terraform's state of all that outlives a stage. */
export function retainedAddresses(stage: string): readonly string[] {
  const table = `aws_dynamodb_table.${retainedId(stage, 'table')}`
  return [table, ...(['ring', 'mirror'] as const).map(key => `aws_kms_key.${retainedId(stage, key)}`)]
}

/** What names it there: the same in every stack, so that it is found again. */
function retainedId(stage: string, what: 'table' | 'ring' | 'mirror'): string {
  return `keyturn_${stage}_${what}`
}
