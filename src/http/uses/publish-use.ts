import { publishEvent, type PublishDeps } from '../../delivery/publish-event'
import { readNewEvent } from '../body/event-body'
import { parseJsonObject } from '../body/json-object'
import { largestEventBodyBytes, readBody } from '../body/read-body'
import type { TenantUse } from '../call'
import { outcome } from '../use-reply'

/** Nests as deep as any payload may. */
const deepestPayload = 100

/** An event, put into the queue. Its deliveries come later. */
export function publishUse(deps: PublishDeps): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const body = parseJsonObject(readBody(call, largestEventBodyBytes), deepestPayload)
      return outcome({ eventId: await publishEvent(deps, readNewEvent(body, call.tenantId)) })
    },
  }
}
