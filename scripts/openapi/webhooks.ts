import type { Contract, DeliveryFormat } from '../../src/contracts/contract'
import { standardDelivery, timesOf } from '../../src/contracts/defaults'
import type { DeliveryPart } from '../../src/contracts/dimensions'
import type { JsonSchema } from '../../src/contracts/json-schema'
import type { Json } from '../../src/contracts/shape'
import { signaturesOf } from '../../src/verify/content'
import type { SignatureHeader } from '../../src/verify/schemes'
import { timeSchema } from './reply-schemas'
import { deliveryOf, sampleOf } from './sample'

/** What a receiver gets: one delivery, as the contract signs and writes it. */
export function webhookOf(contract: Contract): JsonSchema {
  const delivery = contract.delivery ?? standardDelivery
  const { success } = delivery
  const taken = success === '2xx' ? '2XX' : null
  const statuses = taken === null ? (success as readonly number[]).map(String) : [taken]
  return {
    operationId: `${contract.name}.delivery`,
    tags: [contract.name],
    summary: 'A delivery to an endpoint',
    description:
      'POST to the endpoint’s URL. Verify the signature over the raw body before anything else: docs/verify.md says how, and `keyturn/verify` does it.',
    security: [],
    parameters: headersOf(contract, delivery),
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: bodyOf(contract, delivery),
          examples: { delivery: { value: JSON.parse(deliveryOf(sampleOf(contract)).body) as Json } },
        },
      },
    },
    responses: {
      ...Object.fromEntries(statuses.map(status => [status, { description: 'Delivered' }])),
      default: { description: 'Not delivered: it is tried again later' },
    },
  }
}

function headersOf({ signing }: Pick<Contract, 'signing'>, { headers }: DeliveryFormat): readonly JsonSchema[] {
  const time =
    signing.isoTime !== undefined ? 'a text in UTC' : `unix ${signing.milliseconds ? 'milliseconds' : 'seconds'}`
  const signatures = signing.inBody === undefined ? signaturesOf(signing) : []
  return [
    ...signing.id.slice(0, 1).map(name => header(name, partText.messageId)),
    ...signing.timestamp.slice(0, 1).map(name => header(name, `When the attempt was signed, as ${time}`)),
    ...signing.tenant.slice(0, 1).map(name => header(name, partText.tenantId)),
    ...signatures.map(signature => header(signature.header[0] ?? '', signatureText(signature))),
    ...Object.entries(headers).map(([name, part]) =>
      typeof part === 'string' ? header(name, partText[part]) : header(name, 'Always the same', part.$constant),
    ),
  ]
}

function header(name: string, description: string, value?: string): JsonSchema {
  const schema = { type: 'string', ...(value !== undefined && { const: value }) }
  return { in: 'header', name, required: true, schema, description }
}

function signatureText({ content, encoding, form, prefix }: SignatureHeader): string {
  const what = `${prefix}<${encoding} HMAC-SHA256 over \`${content}\`>`
  if (form === 'single') return `${what}, by the key that signs`
  return `${what}, one a live key${form === 'timestamped' ? ', after the time' : ''}`
}

const partText: Readonly<Record<Exclude<DeliveryPart, 'createdAt' | 'payload'>, string>> = {
  messageId: 'The message’s id: the same for each attempt',
  eventId: 'The event’s id: the same at each endpoint',
  eventType: 'The event’s type',
  tenantId: 'The tenant’s id',
  endpointId: 'The endpoint’s id',
}

function bodyOf(contract: Contract, { body }: DeliveryFormat): JsonSchema {
  if (body === 'payload') return { description: 'The event’s payload itself' }
  const members = Object.entries(body).map(([name, part]) => [name, partSchema(contract, part)] as const)
  return { type: 'object', properties: Object.fromEntries(members), required: members.map(([name]) => name) }
}

function partSchema(contract: Contract, part: DeliveryPart | { readonly $constant: unknown }): JsonSchema {
  if (typeof part !== 'string') return { const: JSON.parse(JSON.stringify(part.$constant)) }
  if (part === 'payload') return { description: 'The event’s payload' }
  if (part === 'createdAt') return { ...timeSchema(timesOf(contract)), description: 'When the event was published' }
  return { type: 'string', description: partText[part] }
}
