import { PassThrough } from 'node:stream'
import { LocalFunction } from '../../../local/local-functions'
import { startFaultProxy } from '../wire/fault-proxy'
import type { BuiltFunction } from '../wire/rotate-function'
import { type HookWatch, type HookWatching, watchHook } from './watched-hook'

export interface HookSettings {
  readonly contract: string
  readonly endpointId: string
  readonly tenantId: string
  readonly credential: string
  readonly overlapSeconds?: number
  /** Whether the vendor gets the `Idempotency-Key`. */
  readonly replays: boolean
}

/** The hook's bundle as one secret's function, with a proxy before Secrets Manager and one before the vendor. */
export interface ConsumerHook {
  /** Runs one step. Rejects when it failed. */
  invoke(event: object): Promise<unknown>
  /** Counts its calls from now on, and lets some go wrong. */
  watch(watching: HookWatching): HookWatch
  /** Everything that it printed. */
  log(): string
  close(): Promise<void>
}

export interface HookPlace {
  readonly built: BuiltFunction
  /** The consumer's AWS endpoint. */
  readonly aws: string
  /** The vendor's URL. */
  readonly api: string
  readonly credentialSecretId: string
}

export async function startConsumerHook(settings: HookSettings, place: HookPlace): Promise<ConsumerHook> {
  const aws = await startFaultProxy({ target: place.aws })
  const without = settings.replays ? null : 'idempotency-key'
  const vendor = await startFaultProxy({ target: place.api, without })
  const log = new PassThrough()
  let printed = ''
  log.on('data', chunk => (printed += String(chunk)))
  const environment = {
    ...environmentOf(settings),
    AWS_ENDPOINT_URL: aws.url,
    BASE_URL: vendor.url,
    CREDENTIALS_SECRET_ID: place.credentialSecretId,
  }
  const hook = new LocalFunction({ ...place.built, environment, log, timeoutSeconds: 20 })
  const kill = (): Promise<void> => hook.kill()
  return {
    invoke: event => hook.invoke(event),
    watch: watching => watchHook({ proxies: [aws, vendor], kill }, watching),
    log: () => printed,
    close: async () => {
      await kill()
      await Promise.all([aws.close(), vendor.close()])
    },
  }
}

function environmentOf({ contract, endpointId, tenantId, overlapSeconds }: HookSettings) {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    // Functions are deployed on Node 22, which the AWS SDK does not warn about.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    CONTRACT: contract,
    ENDPOINT_ID: endpointId,
    TENANT_ID: tenantId,
    ...(overlapSeconds === undefined ? {} : { OVERLAP_SECONDS: String(overlapSeconds) }),
  }
}
