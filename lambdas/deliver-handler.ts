import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import type { DeliveryDeps } from '../src/delivery/deps'
import { workQueue } from '../src/delivery/work-queue'
import type { LambdaHandler } from '../src/http/lambda-handler'
import { inRequestScope } from '../src/http/request-scope'

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
