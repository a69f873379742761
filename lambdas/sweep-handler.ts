import { setTimeout as sleep } from 'node:timers/promises'
import { inRequestScope } from '../src/http/request-scope'
import { putBackDue, type PutBackDeps } from '../src/delivery/put-back-due'
import { sweep, type SweepReport } from '../src/mirror/sweep'
import { allDone } from '../src/rotation/all-done'
import { addSeconds } from '../src/rotation/instant'
import type { RotationDeps } from '../src/rotation/deps'

/** What the sweep needs of Lambda's context. */
export interface SweepContext {
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}

/** A settle that is under way when no more are begun takes at most this long. */
const lastSettleSeconds = 8

/** One sweep, which begins nothing that it could not finish in the time that the function has left. */
export function sweepHandler(
  deps: RotationDeps & PutBackDeps,
): (event: unknown, context: SweepContext) => Promise<SweepReport> {
  return (_event, context) =>
    inRequestScope(context.awsRequestId, async () => {
      const until = addSeconds(deps.now(), context.getRemainingTimeInMillis() / 1000 - lastSettleSeconds)
      const [report, putBack] = await allDone([
        sweep({ ...deps, sleep: milliseconds => sleep(milliseconds) }, until),
        putBackDue(deps, until),
      ])
      if (putBack.queued + putBack.failed + putBack.left > 0) deps.log.info('deliveries put back', { ...putBack })
      if (report.settled + report.failed + report.left > 0) deps.log.info('swept', { ...report })
      return report
    })
}
