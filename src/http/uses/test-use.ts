import type { DeliveryDeps } from '../../delivery/deps'
import { testDelivery, type TestResult } from '../../delivery/test-delivery'
import { readEventType } from '../body/event-body'
import { parseJsonObject } from '../body/json-object'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantCall, TenantUse } from '../call'
import { contractOf, loadEndpoint } from '../load-endpoint'
import type { Value } from '../render-shape'
import { outcome } from '../use-reply'
import type { TestField } from '../../contracts/shape'

/** Those of the receiver's headers that help to find out what answered. */
const shownHeaders = ['content-type', 'content-length', 'date', 'location', 'retry-after', 'server', 'x-request-id']

/** A test delivery, sent while the caller waits. */
export function testUse(deps: DeliveryDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const endpoint = await loadEndpoint(deps.endpoints, contracts, call)
      const contract = contractOf(contracts, endpoint)
      const eventType = await readTestBody(call)
      return outcome(testValues(await testDelivery(deps, { endpoint, contract, eventType })))
    },
  }
}

async function readTestBody(call: TenantCall): Promise<string | null> {
  const body = readBody(call)
  const { testBody, rotateBody } = call.contract
  if (testBody === undefined) return null
  return readEventType(parseJsonObject(body), testBody.eventTypeField, rotateBody?.unknownFields ?? 'ignore')
}

function testValues({ message, made }: TestResult): Record<TestField, Value> {
  const { at, request, answer, result, keyIds } = made
  const delivered = result.error === null
  const headers = answer.kind === 'reply' ? answer.headers : {}
  return {
    messageId: message.id,
    delivered,
    deliveryStatus: delivered ? 'success' : 'failed',
    eventType: message.event.type,
    // The body is the JSON that the envelope was written as.
    requestPayload: JSON.parse(request.body) as Value,
    requestHeaders: request.headers,
    responseStatus: result.status,
    responseHeaders: Object.fromEntries(Object.entries(headers).filter(([name]) => shownHeaders.includes(name))),
    responseBody: answer.kind === 'reply' ? answer.body : null,
    errorMessage: delivered ? null : result.message,
    durationMs: result.durationMs,
    keyIds,
    sentAt: at,
  }
}
