import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table'
import { Construct } from 'constructs'
import { dueIndex, subscriberIndex, tableDefinition } from '../src/aws/table-definition'

export interface EndpointTableProps {
  readonly name: string
  /** In Terraform's state. */
  readonly logicalId: string
  readonly disposable: boolean
  /** Takes over the table of this name instead of making it. */
  readonly adopt: boolean
}

/** The attribute by which DynamoDB drops items, in unix seconds. */
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
      ...keysOf(name),
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

/** Keys and indexes as the code reads them. */
function keysOf(name: string) {
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
