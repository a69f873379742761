import type { Contract, DeliveryFormat } from '../contracts/contract'
import { standardDelivery, timesOf } from '../contracts/defaults'
import type { DeliveryPart, TimeFormat } from '../contracts/dimensions'
import type { Json } from '../contracts/shape'
import { canSignFor } from '../contracts/ids'
import { schemeOf } from '../contracts/secret-key'
import { formatTime } from '../contracts/times'
import type { Log } from '../core/log'
import type { Secret } from '../core/secret'
import type { Endpoint } from '../rotation/endpoint'
import type { EndpointAddress } from '../rotation/ports'
import { liveKeys } from '../rotation/published'
import type { Key } from '../rotation/ring'
import { sign, signBody } from '../verify'
import type { DeliveryEvent } from './event'
import type { DeliveryRequest } from './http-sender'
import type { OpenKey } from './opened-key-cache'

export interface SignDeps {
  readonly openKey: OpenKey
  readonly now: () => Date
  readonly log: Log
}

export interface SignedRequest {
  readonly request: DeliveryRequest
  /** The keys that signed, newest first; none where a key of nobody did. */
  readonly keyIds: readonly string[]
}

/** A message to an endpoint that has a URL. */
export interface Addressed {
  readonly endpoint: Endpoint
  readonly contract: Contract
  readonly url: string
  readonly message: Message
  /** Signs alone, also where there is room for several. Absent: all keys that are live do. */
  readonly signer?: Signer
  /** Milliseconds for all of it, the lookup included. Absent: the limits of its parts. */
  readonly longestMs?: number
}

/** One secret that signs. */
export interface Signer {
  /** Null: it is no key of the endpoint. */
  readonly keyId: string | null
  readonly secret: Secret
}

/**
 * The request to send now: signed at this moment with the keys of the ring that are live, current first, or by `signer`. The
 * endpoint's own headers never replace the delivery's.
 * @throws {TypeError} for an endpoint that cannot be signed for, which is logged: it is older than the rule
 */
export async function signedRequest(deps: SignDeps, addressed: Addressed): Promise<SignedRequest> {
  const { endpoint, contract, url, message, longestMs } = addressed
  const format = contract.delivery ?? standardDelivery
  requireSignable(deps.log, contract, { tenantId: endpoint.tenantId, endpointId: endpoint.id })
  const signers = addressed.signer === undefined ? await liveSigners(deps, contract, endpoint) : [addressed.signer]
  const unsigned = bodyOf(format, message, timesOf(contract))
  const scheme = schemeOf(contract)
  const texts = signers.map(({ secret }) => secret.reveal())
  const options = { scheme, id: message.id, tenant: endpoint.tenantId, url, now: deps.now() }
  const body = scheme.inBody === undefined ? unsigned : signBody(unsigned, texts, options)
  const signature = sign(body, texts, options)
  const { timeoutMs, headers: custom } = endpoint.settings.requestConfig
  const headers = { ...lowerCase(custom), ...ownHeaders(format, message), ...signature }
  const limits = longestMs === undefined ? { timeoutMs } : { timeoutMs, longestMs }
  return { request: { url, headers, body, ...limits }, keyIds: signers.flatMap(({ keyId }) => keyId ?? []) }
}

/** The keys that sign a delivery now, opened. */
async function liveSigners(deps: SignDeps, contract: Contract, endpoint: Endpoint): Promise<readonly Signer[]> {
  const owner = { tenantId: endpoint.tenantId, endpointId: endpoint.id }
  const keys = signingKeys(contract, endpoint, deps.now())
  return Promise.all(keys.map(async key => ({ keyId: key.id, secret: await deps.openKey(key, owner) })))
}

function requireSignable(log: Log, contract: Contract, owner: EndpointAddress): void {
  if (canSignFor(contract, owner.tenantId)) return
  log.error('the endpoint cannot be signed for: its tenant has what ends it', { ...owner, contract: contract.name })
  throw new TypeError('the scheme signs the tenant, whose id has the character that ends it')
}

/** All live keys, the current one first; a scheme with a single signature has room for that alone, or for one more. */
export function signingKeys({ signing }: Contract, endpoint: Endpoint, now: Date): readonly Key[] {
  const live = liveKeys(endpoint, now)
  if (signing.signature.form !== 'single') return live
  return live.slice(0, signing.previous === undefined ? 1 : 2)
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** One event as it goes to one endpoint. */
export interface Message {
  readonly id: string
  readonly endpointId: string
  readonly event: DeliveryEvent
}

/** The JSON text to send: the contract's envelope around the payload. The same in every attempt. */
export function bodyOf(format: DeliveryFormat, message: Message, times: TimeFormat): string {
  const parts = partsOf(message, times)
  if (format.body === 'payload') return JSON.stringify(parts.payload)
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(format.body).map(([name, part]) => [
        name,
        typeof part === 'string' ? parts[part] : part.$constant,
      ]),
    ),
  )
}

/** The contract's own headers, by their lower-case names. */
export function ownHeaders({ headers, userAgent }: DeliveryFormat, message: Message): Record<string, string> {
  const { id, endpointId, event } = message
  const values = {
    messageId: id,
    eventId: event.id,
    eventType: event.type,
    tenantId: event.tenantId,
    endpointId,
  }
  const own = Object.entries(headers).map(
    ([name, part]) => [name, typeof part === 'string' ? values[part] : part.$constant] as const,
  )
  return { 'content-type': 'application/json', 'user-agent': userAgent, ...Object.fromEntries(own) }
}

function partsOf({ id, endpointId, event }: Message, times: TimeFormat): Record<DeliveryPart, Json> {
  return {
    messageId: id,
    eventId: event.id,
    eventType: event.type,
    tenantId: event.tenantId,
    endpointId,
    createdAt: formatTime(event.at, times),
    payload: event.payload,
  }
}
