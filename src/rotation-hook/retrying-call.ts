import type { HookDeps } from './deps'
import { VendorError, type VendorErrorCode } from './vendor-error'

const maximumCalls = 3
const firstPauseSeconds = 0.5
/** A `Retry-After` beyond this is left to Secrets Manager's next try. */
const longestPauseSeconds = 10

/** The call's result, after up to two more tries where trying again within the step is safe and may help. */
export async function retryingCall<Result>(
  deps: Pick<HookDeps, 'sleep' | 'log' | 'contract'>,
  call: () => Promise<Result>,
): Promise<Result> {
  for (let made = 1; ; made += 1) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof VendorError)) throw error
      const pause = pauseSeconds(error, deps.contract.vendorReplays, made)
      logFailure(deps, error, made)
      if (pause === null || made === maximumCalls) throw error
      await deps.sleep(pause * 1000)
    }
  }
}

/** Failures after which the vendor may have made a secret: only a vendor that replays it can be called again. */
const unclear: readonly VendorErrorCode[] = ['vendor-timeout', 'vendor-connection-lost', 'vendor-error']

/** How long to wait before the next try; null: not now. */
function pauseSeconds(error: VendorError, vendorReplays: boolean, made: number): number | null {
  const { code, retryAfterSeconds } = error
  if (error.rotated === 'maybe' && !vendorReplays) return null
  const backoff = firstPauseSeconds * 2 ** (made - 1)
  if (code === 'vendor-unreachable' || unclear.includes(code)) return backoff
  if (code !== 'vendor-rate-limited' || retryAfterSeconds === null) return null
  return retryAfterSeconds <= longestPauseSeconds ? Math.max(backoff, retryAfterSeconds) : null
}

function logFailure({ log, contract }: Pick<HookDeps, 'log' | 'contract'>, error: VendorError, call: number): void {
  log.error('calling the vendor failed', {
    contract: contract.name,
    code: error.code,
    call,
    ...(error.status === null ? {} : { status: error.status }),
    ...(error.retryAfterSeconds === null ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  })
}
