import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AwsService } from './aws-call'
import { openDatabase } from './database'
import { openDynamoDb } from './dynamo-db'
import type { DynamoDb } from './dynamo-db'
import { eventBridge } from './event-bridge'
import { noEventLog, openEventLog } from './event-log'
import { kms } from './kms'
import { kmsKeys } from './kms-keys'
import { secretsManager } from './secrets-manager/secrets-manager'

export interface Services {
  readonly dynamoDb: DynamoDb
  /** By what stands before the full stop of `X-Amz-Target`. */
  readonly byTarget: ReadonlyMap<string, AwsService>
  close(): Promise<void>
}

export interface ServicesOptions {
  /** Created with mode 0700 where it does not exist; null keeps everything in memory. */
  readonly dataDir: string | null
  readonly now: () => Date
  readonly kmsKeyIds: readonly string[] | null
}

/** Opens all services, or none. Rejects when another process has the folder open. */
export async function openServices({ dataDir, now, kmsKeyIds }: ServicesOptions): Promise<Services> {
  if (dataDir !== null) await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const within = (name: string): string | null => (dataDir === null ? null : join(dataDir, name))
  const keys = kmsKeys({ file: within('kms-keys.json'), known: kmsKeyIds })
  const secrets = await openDatabase(within('secrets-manager'))
  const eventFile = within('events.ndjson')
  const events = eventFile === null ? noEventLog : await openEventLog(eventFile)
  const dynamoDb = openDynamoDb(within('dynamodb'))
  return {
    dynamoDb,
    byTarget: new Map([
      ['secretsmanager', secretsManager(secrets, now)],
      ['TrentService', kms(keys)],
      ['AWSEvents', eventBridge(events, now)],
    ]),
    close: async () => {
      await Promise.all([dynamoDb.close(), secrets.close(), events.close()])
    },
  }
}
