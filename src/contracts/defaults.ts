import type { Contract, DeliveryFormat, ErrorDialect, IdempotencyKeyRule, SecondRotation } from './contract'
import type { TimeFormat } from './dimensions'
import type { PlaceText } from './place'
import { underOwnNames } from './shape'

/** The deliveries of a contract that says nothing else: the payload that Standard Webhooks recommends. */
export const standardDelivery = {
  messageIds: 'msg',
  userAgent: 'Keyturn/1.0',
  headers: {},
  body: { type: 'eventType', timestamp: 'createdAt', data: 'payload' },
  success: '2xx',
  retries: null,
} as const satisfies DeliveryFormat

/** The errors of Keyturn's own API, and of a path that no contract has: RFC 9457, "Problem Details for HTTP APIs". */
export const problemDetails = {
  contentType: 'application/problem+json',
  body: {
    ...underOwnNames('type', 'title', 'status', 'detail', 'code'),
    errors: { $present: 'errors' },
  },
} as const satisfies ErrorDialect

/** What a second rotation does. Where no keys overlap there is nothing that it could find open. */
export function secondRotationOf({ secondRotation }: Pick<Contract, 'secondRotation'>): SecondRotation {
  return secondRotation ?? { kind: 'replace' }
}

/** How the contract's times are written. */
export function timesOf({ times }: Pick<Contract, 'times'>): TimeFormat {
  return times ?? 'iso-millis'
}

/** What an idempotency key is to the contract, and where it stands. */
export function idempotencyKeyOf({ idempotencyKey: given = 'optional' }: Pick<Contract, 'idempotencyKey'>): {
  readonly rule: IdempotencyKeyRule
  readonly in: PlaceText
} {
  return typeof given === 'object' ? given : { rule: given, in: 'Idempotency-Key:' }
}
