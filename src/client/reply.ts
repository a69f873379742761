import { type FailureFacts, type FieldFault, KeyturnError } from './error'
import type { Operation } from './operation'
import type { FetchReply } from './options'

/** What a reply answers. Null is what the request did not have. */
export interface Asked {
  readonly operation: Operation
  readonly idempotencyKey: string | null
  readonly credential: string | null
}

/** What a reply says: its JSON object, undefined for none. @throws {KeyturnError} for a refusal, and for another's reply */
export function readReply(reply: FetchReply, text: string, asked: Asked): unknown {
  const { operation, idempotencyKey, credential } = asked
  const { status, headers } = reply
  const json = jsonObject(text)
  const isDone = status >= 200 && status < 300
  if (isDone && (status === 204 ? operation.reply === 'none' : isReplyOf(operation, json))) return json ?? undefined
  const shown = withoutCredential(credential)
  const requestId = headers.get('x-request-id')
  const facts: FailureFacts = {
    status,
    retryAfterSeconds: isDone ? null : retryAfter(headers.get('retry-after')),
    requestId: requestId === null ? null : shown(requestId),
    idempotencyKey,
  }
  const { code, detail, title, errors } = (isDone ? null : json) ?? {}
  if (typeof code !== 'string') {
    const type = shown(headers.get('content-type') ?? '')
    throw new KeyturnError('unexpected-reply', unexpected(status, type), facts)
  }
  const words = [detail, title].find(text => typeof text === 'string') ?? ''
  throw new KeyturnError(shown(code), shown(words), { ...facts, errors: faultsOf(errors, shown) })
}

/** As much as callers would stumble over: members that a later version adds, or has no more, are for them to see. */
function isReplyOf({ reply }: Operation, json: Readonly<Record<string, unknown>> | null): boolean {
  if (json === null || reply === 'none') return false
  const { data, nextCursor } = json
  const isPage = reply !== 'page' || nextCursor === null || typeof nextCursor === 'string'
  return reply === 'object' || (Array.isArray(data) && isPage)
}

type Shown = (text: string) => string

/** No error shows the credential, wherever a server sends it back: for texts as they are once JSON is read. */
function withoutCredential(credential: string | null): Shown {
  return text => (credential === null ? text : text.replaceAll(credential, '[credential]'))
}

/** Says nothing of the body: it may be a page of somebody else's, or half a secret. */
function unexpected(status: number, contentType: string): string {
  // As browsers show a redirect that they do not follow.
  if (status === 0 || (status >= 300 && status < 400)) {
    return 'The server redirects, and redirects are not followed: a credential is sent to one place alone.'
  }
  const [type = 'something'] = /^[\w.+-]+\/[\w.+-]+/.exec(contentType) ?? []
  return `The server answered ${status} with ${type} that is no reply of Keyturn’s.`
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

function faultsOf(errors: unknown, shown: Shown): readonly FieldFault[] {
  const faults: readonly unknown[] = Array.isArray(errors) ? errors : []
  return faults.map(fault => {
    const { path = '', message = '' } = Object(fault) as Readonly<Record<string, unknown>>
    return { path: shown(textOf(path)), message: shown(textOf(message)) }
  })
}

/** An object may have what keeps it from turning into a text. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Seconds from now on; HTTP also allows the time itself. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null
  if (/^\d{1,9}$/.test(value)) return Number(value)
  const seconds = Math.ceil((Date.parse(value) - Date.now()) / 1000)
  return Number.isNaN(seconds) ? null : Math.max(0, seconds)
}
