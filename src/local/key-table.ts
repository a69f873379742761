import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ApiKeyStore } from '../access/api-key'
import { dynamoDbClient } from '../aws/clients'
import { dynamoApiKeyStore } from '../aws/dynamo-api-key-store'
import { isMissing } from './file-error'
import { localFile } from './local-description'
import type { LocalDescription } from './local-description'
import { StartError } from './start-error'

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
  if (table !== undefined) return keyTable(table, region === undefined ? {} : { region })
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

/** What the running local run of a data folder says of itself. @throws {StartError} */
export function readDescription(dataDir: string): LocalDescription {
  try {
    // Written by the local run.
    return JSON.parse(readFileSync(localFile(dataDir), 'utf8')) as LocalDescription
  } catch (error) {
    if (!isMissing(error)) throw error
    const message = `no local run in ${dataDir}: start one with npm start, or give --data-dir, or --table and --region`
    throw new StartError(message, { cause: error })
  }
}
