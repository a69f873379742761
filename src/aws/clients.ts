import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { KMSClient } from '@aws-sdk/client-kms'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SQSClient } from '@aws-sdk/client-sqs'

/** What the environment does not say. Absent: region, endpoint and credentials are AWS's own variables. */
export interface ClientOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Other limits than a function's. */
  readonly requestHandler?: RequestLimits
}

/** Milliseconds. */
export interface RequestLimits {
  readonly connectionTimeout: number
  readonly requestTimeout: number
  readonly throwOnRequestTimeout: boolean
}

/** Milliseconds; a request that takes longer is given up and tried again. Connections are kept alive by default. */
const requestHandler = { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true }
const limits = { requestHandler, maxAttempts: 3 }

export function dynamoDbClient(options: ClientOptions = {}): DynamoDBClient {
  return new DynamoDBClient({ ...limits, ...options })
}

export function secretsManagerClient(options: ClientOptions = {}): SecretsManagerClient {
  return new SecretsManagerClient({ ...limits, ...options })
}

export function kmsClient(options: ClientOptions = {}): KMSClient {
  return new KMSClient({ ...limits, ...options })
}

export function eventBridgeClient(options: ClientOptions = {}): EventBridgeClient {
  return new EventBridgeClient({ ...limits, ...options })
}

export function sqsClient(options: ClientOptions = {}): SQSClient {
  return new SQSClient({ ...limits, ...options })
}

/** For long polls, which SQS answers after 20 s. */
export function pollingSqsClient(options: ClientOptions = {}): SQSClient {
  return new SQSClient({ ...limits, requestHandler: { ...requestHandler, requestTimeout: 25_000 }, ...options })
}
