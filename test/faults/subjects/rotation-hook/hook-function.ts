import { PassThrough } from 'node:stream'
import { LocalFunction } from '../../../../local/local-functions'
import type { BuiltFunction } from '../../build-bundles'
import { anyBody, type FaultProxy, startFaultProxy, type WatchOptions } from '../../proxy'
import { type Strike, strikes } from '../../strikes'

/** The hook's bundle as one secret's function, with a proxy before Secrets Manager and one before the vendor. */
export interface HookFunction {
  /** Runs one step. Rejects when it failed. */
  invoke(event: object): Promise<unknown>
  /** Ends the watch before, and watches its calls from now on. */
  watch(options?: HookWatchOptions): HookWatch
  /** Everything that it printed. */
  log(): string
  close(): Promise<void>
}

export interface HookWatchOptions extends Pick<WatchOptions, 'look'> {
  readonly strike?: {
    readonly way: Strike
    /** Whether a call is struck, by its name. */
    readonly hits: (name: string) => boolean
  }
}

/** The hook's calls to Secrets Manager and to the vendor, since the watch began. */
export interface HookWatch {
  /** In the order they came: `PutSecretValue 1`, `POST /webhooks/… 1`. */
  calls(): readonly string[]
  /** Whether a call was struck. */
  struck(): boolean
}

export interface HookSettings {
  readonly contract: string
  readonly endpointId: string
  readonly tenantId: string
  readonly credential: string
  readonly overlapSeconds?: number
  /** Whether the vendor gets the `Idempotency-Key`. */
  readonly replays: boolean
}

/** What a hook is run from, and what it reaches. */
export interface HookSurroundings {
  readonly built: BuiltFunction
  /** The URL of the consumer's AWS. */
  readonly aws: string
  /** The vendor's URL. */
  readonly api: string
  readonly credentialSecretId: string
}

export async function startHookFunction(settings: HookSettings, around: HookSurroundings): Promise<HookFunction> {
  const aws = await startFaultProxy({ target: around.aws })
  const without = settings.replays ? null : 'idempotency-key'
  const vendor = await startFaultProxy({ target: around.api, without })
  const log = new PassThrough()
  let printed = ''
  log.on('data', chunk => (printed += String(chunk)))
  const environment = {
    ...environmentOf(settings),
    AWS_ENDPOINT_URL: aws.url,
    BASE_URL: vendor.url,
    CREDENTIALS_SECRET_ID: around.credentialSecretId,
  }
  const hook = new LocalFunction({ ...around.built, environment, log, timeoutSeconds: 20 })
  const kill = (): Promise<void> => hook.kill()
  return {
    invoke: event => hook.invoke(event),
    watch: (options = {}) => watchAll([aws, vendor], kill, options),
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

function watchAll(
  proxies: readonly FaultProxy[],
  kill: () => Promise<void>,
  { strike, ...looking }: HookWatchOptions,
): HookWatch {
  const fault = strike === undefined ? {} : { fault: { hits: strike.hits, strike: strikes[strike.way], kill } }
  for (const proxy of proxies) proxy.forget()
  const watches = proxies.map(proxy => proxy.watch(anyBody, { ...fault, ...looking }))
  return {
    calls: () =>
      watches
        .flatMap(({ calls }) => calls)
        .toSorted((one, other) => one.startedAt - other.startedAt)
        .map(({ name }) => name),
    struck: () => watches.some(({ struck }) => struck),
  }
}

/** Whether the call asks the vendor for a new secret. */
export function asksForSecret(call: string): boolean {
  return call.startsWith('POST /')
}
