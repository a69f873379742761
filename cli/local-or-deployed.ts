import { resolve } from 'node:path'
import * as v from 'valibot'
import { localFile } from '../local/local-description'
import { OperatorError } from '../local/operator-error'
import { readStored } from '../local/stored-json'
import type { ClientOptions } from '../src/aws/clients'

// Where a command works: on a deployed table, or on the local run of a data folder.

/** How the AWS services of a local run, or of a deployment, are reached, and the table's name there. */
export interface Place {
  readonly table: string
  readonly clientOptions: ClientOptions
}

export interface TableOptions {
  readonly table?: string
  readonly region?: string
  readonly dataDir?: string
}

/** A deployed table is reached with the credentials that the AWS SDK finds. @throws {OperatorError} */
export function placeOf({ table, region, dataDir }: TableOptions): Place {
  if (table !== undefined && dataDir !== undefined) {
    throw new OperatorError('--table names a deployed table, --data-dir a local run: give one of them')
  }
  if (table === '') throw new OperatorError('--table must not be empty')
  if (table !== undefined) return { table, clientOptions: regionOptions(region) }
  if (region !== undefined) throw new OperatorError('--region goes with --table')
  return localPlace(dataDir)
}

/** Where the region is not given, the AWS SDK finds one. @throws {OperatorError} */
export function regionOptions(region: string | undefined): ClientOptions {
  if (region === undefined) return {}
  if (/^[a-z0-9-]+$/.test(region)) return { region }
  throw new OperatorError(`--region takes a region such as eu-central-1, not ${JSON.stringify(region)}`)
}

/** What `local.json` has to say of a running local run. */
const localDescription = v.object({
  aws: v.pipe(v.string(), v.url()),
  region: v.string(),
  table: v.string(),
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
})

/** The running local run of a data folder. @throws {OperatorError} */
export function localPlace(dataDir = '.keyturn'): Place {
  const folder = resolve(dataDir)
  const remedy = 'the next npm start writes it anew'
  const description = readStored({ file: localFile(folder), schema: localDescription, remedy })
  if (description === null) {
    throw new OperatorError(
      `no local run in ${folder}: start one with npm start, or give --data-dir, or --table and --region`,
    )
  }
  const { aws, region, table, accessKeyId, secretAccessKey } = description
  return { table, clientOptions: { endpoint: aws, region, credentials: { accessKeyId, secretAccessKey } } }
}
