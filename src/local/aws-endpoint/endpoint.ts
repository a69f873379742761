import { answerRequest } from './answer-request'
import type { Pages } from './answer-request'
import { listen } from './http-listener'
import type { HttpListener } from './http-listener'
import { noFunctions, type RotationFunctions } from './secrets-manager/rotations'
import { openServices } from './services'
import type { Services, ServicesOptions } from './services'

export interface AwsEndpoint {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL`. */
  readonly url: string
  /** Finishes what is being answered, ends every connection and closes the databases. */
  close(): Promise<void>
}

export interface AwsEndpointOptions {
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
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
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
