import { WebhookVerificationError } from './verification-error'

/** Fetch's `Headers`, Node's `IncomingHttpHeaders`, or a Lambda event's record. Names match in any case. */
export type DeliveryHeaders =
  { get(name: string): string | null | undefined } | Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The value of the header, empty where it is absent.
 * @throws {WebhookVerificationError} `missing-header` when a record gives it more than once.
 */
export function headerValue(headers: DeliveryHeaders, name: string): string {
  if (isLookup(headers)) return headers.get(name) ?? ''
  const value = headers[name] ?? headers[spelledKey(headers, name)]
  if (typeof value === 'string') return value
  if (value === undefined || value.length === 0) return ''
  if (value.length > 1) throw new WebhookVerificationError('missing-header', `${name} must be there once`)
  return value[0] ?? ''
}

function isLookup(headers: DeliveryHeaders): headers is { get(name: string): string | null | undefined } {
  return typeof headers['get'] === 'function'
}

function spelledKey(headers: object, name: string): string {
  return Object.keys(headers).find(key => key.length === name.length && key.toLowerCase() === name) ?? name
}
