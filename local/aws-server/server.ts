import { setMaxListeners } from 'node:events'
import { join } from 'node:path'
import { Closers } from '../closers'
import { openDatabase } from './database'
import { type DynamoDb, openDynamoDb } from './dynamo-db'
import { eventBridge, noEventLog, openEventLog } from './event-bridge'
import { answerRequest, type HttpListener, listen, type Pages } from './http'
import { kms } from './kms'
import { kmsKeys } from './kms-keys'
import { noFunctions, type RotationFunctions } from './secrets-manager/rotation'
import { secretsManager } from './secrets-manager/secrets-manager'
import { openQueues } from './sqs/queues'
import { sqs } from './sqs/sqs'
import type { AwsService } from './wire'
import { makeFolder } from '../../scripts/files'

export interface AwsServer {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL`. */
  readonly url: string
  /** Finishes what is being answered, ends every connection and closes the databases. */
  close(): Promise<void>
}

export interface AwsServerOptions {
  /** The folder that everything is kept in; null keeps it in memory. */
  readonly dataDir: string | null
  /** 0 takes a free one. */
  readonly port: number
  readonly now?: () => Date
  readonly pages?: Pages
  /** The ids and aliases of the KMS keys that exist; without it every one exists from its first `Encrypt` on. */
  readonly kmsKeyIds?: readonly string[]
  /** What `RotateSecret` may invoke; nothing by default. */
  readonly functions?: RotationFunctions
}

/**
 * DynamoDB, Secrets Manager, KMS, EventBridge and SQS on one port of 127.0.0.1, told apart by `X-Amz-Target`.
 * Signatures are not checked. Rejects with Node's own error where the port is taken or the folder unusable.
 * @throws {StartError} where what the folder holds is damaged, or open elsewhere
 */
export async function startAwsServer(options: AwsServerOptions): Promise<AwsServer> {
  const { dataDir, port, now = () => new Date(), pages = {}, kmsKeyIds = null, functions = noFunctions } = options
  const listener = await listen(port)
  const services = await openOrClose(listener, { dataDir, now, kmsKeyIds, functions })
  listener.serve((request, response) => answerRequest({ services, pages }, request, response))
  return {
    url: listener.url,
    close: async () => {
      services.stopWaiting()
      await listener.close()
      await services.close()
    },
  }
}

async function openOrClose(listener: HttpListener, options: ServicesOptions): Promise<Services> {
  try {
    return await openServices(options)
  } catch (error) {
    await listener.close()
    throw error
  }
}

export interface Services {
  readonly dynamoDb: DynamoDb
  /** By what stands before the full stop of `X-Amz-Target`. */
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
  readonly kmsKeyIds: readonly string[] | null
  readonly functions: RotationFunctions
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
  const { now, functions } = options
  const { keys, database, events, dynamoDb, queues } = await openStores(options, closers)
  const secrets = secretsManager({ database, keys, functions, now })
  closers.add(() => secrets.close())
  const closing = new AbortController()
  // One listener a call that is being answered.
  setMaxListeners(0, closing.signal)
  return {
    closing: closing.signal,
    stopWaiting: () => closing.abort(),
    dynamoDb,
    byTarget: new Map([
      ['secretsmanager', secrets.answer],
      ['TrentService', kms(keys)],
      ['AWSEvents', eventBridge(events, now)],
      ['AmazonSQS', sqs(queues, now)],
    ]),
  }
}

async function openStores({ dataDir, kmsKeyIds }: ServicesOptions, closers: Closers) {
  if (dataDir !== null) makeFolder(dataDir, 0o700)
  const within = (name: string): string | null => (dataDir === null ? null : join(dataDir, name))
  const keys = kmsKeys({ file: within('kms-keys.json'), known: kmsKeyIds })
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
