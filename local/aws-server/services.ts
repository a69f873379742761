import { setMaxListeners } from 'node:events'
import { join } from 'node:path'
import { makeFolder } from '../../scripts/files'
import { Closers } from '../closers'
import { openDatabase } from './database'
import { type DynamoDb, openDynamoDb } from './dynamo-db'
import { eventBridge, noEventLog, openEventLog } from './event-bridge'
import { kms } from './kms'
import { kmsKeys } from './kms-keys'
import type { RotationFunctions } from './secrets-manager/rotations'
import { secretsManager } from './secrets-manager/secrets-manager'
import { openQueues } from './sqs/queues'
import { sqs } from './sqs/sqs'
import type { AwsService } from './wire'

/** The services of the embedded AWS server, all of them open. */
export interface Services {
  /** Dynalite takes whole requests. */
  readonly dynamoDb: DynamoDb
  /** The other services, by what stands before the full stop of `X-Amz-Target`. */
  readonly byTarget: ReadonlyMap<string, AwsService>
  /** Aborts at `stopWaiting`. */
  readonly closing: AbortSignal
  /** Ends every long wait: what is being answered is answered now. */
  stopWaiting(): void
  close(): Promise<void>
}

export interface ServicesOptions {
  /** Created with mode 0700 where it does not exist; null keeps everything in memory. */
  readonly dataDir: string | null
  readonly now: () => Date
  /** Null: every KMS key exists. */
  readonly kmsKeyIds: readonly string[] | null
  readonly functions: RotationFunctions
  /** Null: every role and user exists. */
  readonly principals: readonly string[] | null
  /** Null: every event bus exists. */
  readonly eventBuses: readonly string[] | null
}

/** Opens all services, or none. Rejects when the folder is unusable, or another process has it open. */
export async function openServices(options: ServicesOptions): Promise<Services> {
  const closers = new Closers()
  try {
    return { ...(await openAll(options, closers)), close: () => closers.close() }
  } catch (error) {
    await closers.close()
    throw error
  }
}

async function openAll(options: ServicesOptions, closers: Closers): Promise<Omit<Services, 'close'>> {
  const { now, functions, principals, eventBuses: buses } = options
  const { keys, database, events, dynamoDb, queues } = await openStores(options, closers)
  const secrets = secretsManager({ database, keys, functions, principals, now })
  closers.add(() => secrets.close())
  const closing = new AbortController()
  // One listener a request that is being answered.
  setMaxListeners(0, closing.signal)
  return {
    closing: closing.signal,
    stopWaiting: () => closing.abort(),
    dynamoDb,
    byTarget: new Map([
      ['secretsmanager', secrets.service],
      ['TrentService', kms(keys, now)],
      ['AWSEvents', eventBridge({ log: events, buses, now })],
      ['AmazonSQS', sqs(queues, now)],
    ]),
  }
}

async function openStores({ dataDir, kmsKeyIds, now }: ServicesOptions, closers: Closers) {
  if (dataDir !== null) makeFolder(dataDir, 0o700)
  const within = (name: string): string | null => (dataDir === null ? null : join(dataDir, name))
  const keys = kmsKeys({ file: within('kms-keys.json'), known: kmsKeyIds, now })
  const database = await openDatabase(within('secrets-manager'))
  closers.add(() => database.close())
  const eventFile = within('events.ndjson')
  const events = eventFile === null ? noEventLog : await openEventLog(eventFile)
  closers.add(() => events.close())
  const dynamoDb = await openDynamoDb(within('dynamodb'))
  closers.add(() => dynamoDb.close())
  const messages = await openDatabase(within('sqs'))
  closers.add(() => messages.close())
  return { keys, database, events, dynamoDb, queues: await openQueues(messages) }
}
