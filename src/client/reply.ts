import { type FailureFacts, type FieldFault, KeyturnError } from './error'
import type { FetchReply } from './options'

/** What a reply says: its JSON object, undefined for none. @throws {KeyturnError} for a refusal, and for another's reply */
export function readReply(reply: FetchReply, text: string, idempotencyKey: string | null): unknown {
  const { status } = reply
  const json = jsonObject(text)
  const isDone = status >= 200 && status < 300
  if (isDone && (json !== null || status === 204)) return json ?? undefined
  const facts: FailureFacts = {
    status,
    retryAfterSeconds: isDone ? null : retryAfter(reply.headers.get('retry-after')),
    requestId: reply.headers.get('x-request-id'),
    idempotencyKey,
  }
  const { code, detail, title, errors } = (isDone ? null : json) ?? {}
  if (typeof code !== 'string') throw new KeyturnError('unexpected-reply', unexpected(reply), facts)
  const words = [detail, title].find(text => typeof text === 'string') ?? ''
  throw new KeyturnError(code, words, { ...facts, errors: faultsOf(errors) })
}

/** Says nothing of the body: it may be a page of somebody else's, or half a secret. */
function unexpected({ status, headers }: FetchReply): string {
  // As browsers show a redirect that they do not follow.
  if (status === 0 || (status >= 300 && status < 400)) {
    return 'The server redirects, and redirects are not followed: a credential is sent to one place alone.'
  }
  const [type = ''] = /^[\w.+/-]+/.exec(headers.get('content-type') ?? '') ?? []
  return `The server answered ${status} with ${type === '' ? 'something' : type} that is no reply of Keyturn’s.`
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { ...value } : null
  } catch {
    // The parser's message shows what it stumbled over.
    return null
  }
}

function faultsOf(errors: unknown): readonly FieldFault[] {
  const faults: readonly unknown[] = Array.isArray(errors) ? errors : []
  return faults.map(fault => {
    const { path = '', message = '' } = Object(fault) as Readonly<Record<string, unknown>>
    return { path: String(path), message: String(message) }
  })
}

/** Seconds from now on; HTTP also allows the time itself. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null
  if (/^\d{1,9}$/.test(value)) return Number(value)
  const seconds = Math.ceil((Date.parse(value) - Date.now()) / 1000)
  return Number.isNaN(seconds) ? null : Math.max(0, seconds)
}
