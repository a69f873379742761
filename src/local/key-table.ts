import { resolve } from 'node:path'
import * as v from 'valibot'
import type { ApiKeyStore } from '../access/api-key'
import { dynamoDbClient } from '../aws/clients'
import { dynamoApiKeyStore } from '../aws/dynamo-api-key-store'
import { localFile } from './local-description'
import { regionOptions } from './region'
import { StartError } from './start-error'
import { readStored } from './stored-json'

/** Where the API keys are: in a deployed table, or in the local run of a data folder. */
export interface KeyTableOptions {
  readonly table?: string | undefined
  readonly region?: string | undefined
  readonly 'data-dir'?: string | undefined
}

/** The options of every command on API keys. */
export const keyTableOptions = {
  table: { type: 'string' },
  region: { type: 'string' },
  'data-dir': { type: 'string' },
} as const

export interface KeyTable {
  readonly store: ApiKeyStore
  close(): void
}

/** A deployed table is reached with the credentials that the AWS SDK finds. @throws {StartError} */
export function openKeyTable({ table, region, 'data-dir': dataDir }: KeyTableOptions): KeyTable {
  if (table !== undefined && dataDir !== undefined) {
    throw new StartError('--table names a deployed table, --data-dir a local run: give one of them')
  }
  if (table === '') throw new StartError('--table must not be empty')
  if (table !== undefined) return keyTable(table, regionOptions(region))
  if (region !== undefined) throw new StartError('--region goes with --table')
  const local = readDescription(resolve(dataDir ?? '.keyturn'))
  const { accessKeyId, secretAccessKey } = local
  return keyTable(local.table, {
    endpoint: local.aws,
    region: local.region,
    credentials: { accessKeyId, secretAccessKey },
  })
}

function keyTable(name: string, options: Parameters<typeof dynamoDbClient>[0]): KeyTable {
  const client = dynamoDbClient(options)
  return { store: dynamoApiKeyStore({ client, name }, () => new Date()), close: () => client.destroy() }
}

const schema = v.object({
  aws: v.pipe(v.string(), v.url()),
  region: v.string(),
  table: v.string(),
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
})

/** How the AWS endpoint of a local run is reached. */
export type LocalAddress = Readonly<v.InferOutput<typeof schema>>

/** What the running local run of a data folder says of itself. @throws {StartError} */
export function readDescription(dataDir: string): LocalAddress {
  const remedy = 'the next npm start writes it anew'
  const description = readStored({ file: localFile(dataDir), schema, remedy })
  if (description !== null) return description
  throw new StartError(
    `no local run in ${dataDir}: start one with npm start, or give --data-dir, or --table and --region`,
  )
}
