import type { Contract, Span, TextFormat } from '../../src/contracts/contract'
import { standardDelivery, timesOf } from '../../src/contracts/defaults'
import { newEndpointId } from '../../src/contracts/ids'
import { overlapOfRequest } from '../../src/contracts/overlap'
import { schemeOf } from '../../src/contracts/secret-key'
import { newText } from '../../src/contracts/secret-text'
import type { Json } from '../../src/contracts/shape'
import { addSeconds } from '../../src/core/instant'
import { newId, randomUuid } from '../../src/core/id'
import type { DeliveryEvent } from '../../src/delivery/event'
import { bodyOf, ownHeaders } from '../../src/delivery/signed-request'
import { defaultOverlapSeconds } from '../../src/rotation/published'
import { sign, signBody } from '../../src/verify'

// What the examples of a description are about: one endpoint of a contract and its two keys. Ids and secrets fit the
// contract's formats and stand for real ones, as one sees: they are zeros, or say EXAMPLE.

/** When every example is asked. */
export const noon = new Date('2026-11-21T12:00:00.000Z')

/** When the endpoint was made. */
export const monthsBefore = new Date('2026-08-21T09:00:00.000Z')

export const eventId = 'evt_order_7'
export const eventType = 'order.paid'
export const payload: Json = { order: 7, total: '12.50' }
export const actor = { kind: 'api-key', id: 'key_apikey00000000000001' } as const

export const settings = {
  url: 'https://receiver.example/orders',
  description: 'Orders that were paid',
  name: 'Orders',
  eventTypes: [eventType],
} as const

/** A key and its secret. */
export interface SampleKey {
  readonly id: string
  readonly secret: string
}

export interface Sample {
  readonly contract: Contract
  readonly tenantId: string
  readonly endpointId: string
  readonly messageId: string
  /** The endpoint's first one. */
  readonly first: SampleKey
  /** The one of the rotation. */
  readonly next: SampleKey
  /** How long the first one works on once the next one signs; the request says so where the caller chooses. */
  readonly overlap: Span
}

export function sampleOf(contract: Contract): Sample {
  const { ids, secret, delivery = standardDelivery } = contract
  const key = (number: number): SampleKey => ({ id: newId('key', bytesOf(number)), secret: standIn(secret, number) })
  return {
    contract,
    tenantId: tenantOf(contract),
    endpointId: newEndpointId(ids, bytesOf(1)),
    messageId: delivery.messageIds === 'uuid' ? randomUuid(bytesOf(7)(16)) : `msg_${bytesOf(7)(12).toString('hex')}`,
    first: key(1),
    next: key(2),
    overlap:
      contract.publishes === undefined
        ? overlapOfRequest(contract, sayableOverlap(contract))
        : promotedOverlap(contract),
  }
}

function tenantOf({ tenant }: Contract): string {
  if (tenant.from === 'header' && tenant.format === 'uuid') return randomUuid(bytesOf(3)(16))
  if (tenant.from === 'path' && tenant.parts !== undefined) return Array(tenant.parts.least).fill('example').join('/')
  const [kind] = tenant.ownerKinds ?? []
  return kind === undefined ? 'org_example' : `${kind}:example`
}

/** What a caller would ask for: the default, where the contract has a word for it. Null: nothing. */
export function sayableOverlap({ overlap }: Contract): number | null {
  if (overlap.kind !== 'chosen' || overlap.defaultSeconds === 'endless') return null
  const lengths = Object.values(overlap.words ?? {})
  return lengths.length === 0 || lengths.includes(overlap.defaultSeconds) ? overlap.defaultSeconds : null
}

/** How long the key before works on after a promotion. */
export function promotedOverlap(contract: Contract): number {
  return contract.publishes?.overlapSeconds ?? defaultOverlapSeconds(contract)
}

/** When what works on for so long ends; null: now, or never. */
export function endAfter(span: Span): Date | null {
  return span === 'endless' || span === 0 ? null : addSeconds(noon, span)
}

/** In place of random bytes: zeros, and the number at their end. */
export function bytesOf(number: number): (count: number) => Buffer {
  return count => Buffer.concat([Buffer.alloc(count - 1), Buffer.from([number])])
}

const word = 'EXAMPLE'

/** In place of a secret of the format: the word and zeros, or zeros alone where the encoding has no letters for it. */
export function standIn(format: TextFormat, number: number): string {
  const { prefix, encoding, bytes } = format
  const text = newText(format, bytesOf(number))
  switch (encoding) {
    case 'hex':
    case 'upper-hex':
    case 'uuid':
      return text
    case 'base64':
    case 'base64url':
      return prefix + word + text.slice(prefix.length + word.length)
    case 'alphanumeric':
    case 'upper-alphanumeric':
      return prefix + word + String(number).padStart(bytes - word.length, '0')
  }
}

export interface SampleDelivery {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type SampleEvent = Pick<DeliveryEvent, 'type' | 'payload'>

const order: SampleEvent = { type: eventType, payload }

/** An event as the receiver gets it, signed by the first key. Default: that of the other examples. */
export function deliveryOf(sample: Sample, { type, payload: sent }: SampleEvent = order): SampleDelivery {
  const { contract, tenantId, endpointId, messageId, first } = sample
  const format = contract.delivery ?? standardDelivery
  const event = { tenantId, id: eventId, type, at: noon, payload: sent }
  const message = { id: messageId, endpointId, event }
  const scheme = schemeOf(contract)
  const options = { scheme, id: messageId, tenant: tenantId, url: settings.url, now: noon }
  const unsigned = bodyOf(format, message, timesOf(contract))
  const body = scheme.inBody === undefined ? unsigned : signBody(unsigned, [first.secret], options)
  return { headers: { ...ownHeaders(format, message), ...sign(body, [first.secret], options) }, body }
}
