import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { setTimeout as sleep } from 'node:timers/promises'
import { allDone } from '../src/core/concurrency'
import { addSeconds } from '../src/core/instant'
import { inRequestScope } from '../src/core/log'
import type { DeliveryDeps } from '../src/delivery/ports'
import { type PutBackDeps, putBackDue } from '../src/delivery/put-back-due'
import { queueRecoveries, type QueueRecoveriesDeps } from '../src/delivery/queue-recoveries'
import { workQueue } from '../src/delivery/work-queue'
import type { LambdaHandler } from '../src/http/lambda-handler'
import type { RotationDeps } from '../src/rotation/ports'
import { sweep, type SweepReport } from '../src/rotation/sweep'
import { reportUnsettled, type UnsettledReport } from '../src/rotation/unsettled'

export type DeliverHandler = (
  event: SQSEvent | APIGatewayProxyEventV2,
  context: { readonly awsRequestId: string },
) => Promise<SQSBatchResponse | APIGatewayProxyStructuredResultV2>

/** Works on batches of the queue, and answers the HTTP API's requests. */
export function deliverHandler(deps: DeliveryDeps, answer: LambdaHandler): DeliverHandler {
  return async (event, { awsRequestId }) => {
    if (!('Records' in event)) return answer(event)
    const failed = await inRequestScope(awsRequestId, () => workQueue(deps, event.Records))
    return { batchItemFailures: failed.map(itemIdentifier => ({ itemIdentifier })) }
  }
}

/** What the sweep needs of Lambda's context. */
export interface SweepContext {
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}

/** A settle that is under way when no more are begun takes at most this long. */
const lastSettleSeconds = 8

/** What a sweep did, and how things stand at its end. Metrics are read from it (`sweepFields` in infra). */
export interface SweepLine extends SweepReport, UnsettledReport {
  /** Endpoints and deliveries that were due and are left to the next sweep. */
  readonly backlog: number
}

export type SweepHandler = (event: unknown, context: SweepContext) => Promise<SweepLine>

/** One sweep, which begins nothing that it could not finish in the time that the function has left. */
export function sweepHandler(deps: RotationDeps & PutBackDeps & QueueRecoveriesDeps): SweepHandler {
  return (_event, context) =>
    inRequestScope(context.awsRequestId, async () => {
      const until = addSeconds(deps.now(), context.getRemainingTimeInMillis() / 1000 - lastSettleSeconds)
      const [report, putBack, recoveries] = await allDone([
        sweep({ ...deps, sleep: milliseconds => sleep(milliseconds) }, until),
        putBackDue(deps, until),
        queueRecoveries(deps, until),
      ])
      if (putBack.queued + putBack.failed + putBack.left > 0) deps.log.info('deliveries put back', { ...putBack })
      if (recoveries > 0) deps.log.info('recoveries queued', { recoveries })
      const unsettled = await reportUnsettled(deps)
      const oldestSeconds = Math.max(report.oldestSeconds, unsettled.oldestSeconds)
      const backlog = report.left + putBack.left + putBack.failed
      const line = { ...report, ...unsettled, oldestSeconds, backlog }
      deps.log.info('swept', line)
      return line
    })
}
