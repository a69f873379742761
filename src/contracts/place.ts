import type { Contract, Operation } from './contract'
import type { Json } from './shape'

/**
 * Where a value stands in a request, as one text: `hours` is a member of the body, `rotation.hours` one of an object in
 * it, `?hours` a member of the query, `{hours}` a parameter of the path, and `X-Hours:` a header.
 */
export type PlaceText = string

export type Place =
  | { readonly in: 'body'; readonly path: readonly string[] }
  | { readonly in: 'query' | 'path' | 'header'; readonly name: string }

export function parsePlace(text: PlaceText): Place {
  if (text.startsWith('?')) return { in: 'query', name: text.slice(1) }
  if (text.startsWith('{')) return { in: 'path', name: text.slice(1, -1) }
  if (text.endsWith(':')) return { in: 'header', name: text.slice(0, -1) }
  return { in: 'body', path: text.split('.') }
}

/** The place as errors name it: without its sign. */
export function placeName(text: PlaceText): string {
  const place = parsePlace(text)
  return place.in === 'body' ? text : place.name
}

/** A value as a place outside of a body has it. */
export function valueText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Whether a value at the place is a text, whatever it means: only a body has numbers and booleans. */
export function isTextPlace(text: PlaceText): boolean {
  return parsePlace(text).in !== 'body'
}

/** Whether any value will do, null too, as long as there is one: `{ $present: true }`. */
export function isPresence(wanted: Json): boolean {
  return isWantedForm(wanted) && wanted['$present'] === true && Object.keys(wanted).length === 1
}

/** Whether the wanted value is said by a form, which there is only one of. */
export function isWantedForm(wanted: Json): wanted is { readonly [name: string]: Json } {
  return (
    typeof wanted === 'object' &&
    wanted !== null &&
    !Array.isArray(wanted) &&
    Object.keys(wanted).some(name => name.startsWith('$'))
  )
}

/** What a request of the operation must say to the letter, by its place. What may be anything is said by another rule. */
export function whenConstants({ when = {} }: Pick<Operation, 'when'>): readonly (readonly [PlaceText, Json])[] {
  return Object.entries(when).filter(([, wanted]) => !isPresence(wanted))
}

/** What a place is for: a choice of the caller's, the idempotency key, or what each request must say. */
type Purpose = 'choice' | 'key' | 'constant'

/** Each member of the contract that names a place, the place, and what it is for. */
export function placesOf({
  overlap,
  rotateBody,
  idempotencyKey,
}: Pick<Contract, 'overlap' | 'rotateBody' | 'idempotencyKey'>): readonly (readonly [
  member: string,
  place: PlaceText,
  purpose: Purpose,
])[] {
  const { ownSecret, reason, force, publish, ifRevision, reveal, constants = {} } = rotateBody ?? {}
  const choices = [
    ['rotateBody.ownSecret.field', ownSecret?.field],
    ['overlap.field', overlap.kind === 'chosen' ? overlap.field : undefined],
    ['rotateBody.reason.field', reason?.field],
    ['rotateBody.force.field', force?.field],
    ['rotateBody.publish.field', publish?.field],
    ['rotateBody.publish.leadField', publish?.leadField],
    ['rotateBody.ifRevision.field', ifRevision?.field],
    ['rotateBody.reveal.field', reveal?.field],
  ] as const
  return [
    ...choices.flatMap(([member, place]) => (place === undefined ? [] : [[member, place, 'choice'] as const])),
    ...(typeof idempotencyKey === 'object' ? [['idempotencyKey.in', idempotencyKey.in, 'key'] as const] : []),
    ...Object.keys(constants).map(place => [`rotateBody.constants.${place}`, place, 'constant'] as const),
  ]
}
